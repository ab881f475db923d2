"""Driving a run in this process, from its first worker to the last sentence on the terminal."""

from __future__ import annotations

from collections.abc import Callable

from worker.driver.code_version import CodeVersion
from worker.driver.driver import Driver
from worker.driver.plan import Plan
from worker.driver.stop_signals import Signals
from worker.progress.final_summary import Ending, next_step, report
from worker.progress.tally import Over
from worker.progress.terminal import Display, make_display
from worker.store import versions
from worker.store.origin import Origin

_HINT = "Ctrl-C: let running evaluations end, then stop. Twice: stop now."


def drive(plan: Plan, leaves: Callable[[], bool] | None = None) -> Ending:
    """Drive a run until it is over or this driver has to leave, and show all of it.

    leaves: see `Signals`. Raises OmnioptError where the disk or the scheduler does not do its part at the start.
    """
    with Signals(leaves) as signals:
        driver = Driver(plan, signals)  # the agents start while the terminal is made ready
        versions.note(plan.paths, driver.epoch)
        code_version = CodeVersion(plan, driver.epoch)
        display = make_display(plan.run.progress_interval, [_HINT])
        if not plan.run.seed:
            display.say(f"The seed is {driver.seed}, drawn at random.")
        end = driver.drive(display)
        driver.display.close()
        code_version.close()
        if end.over is not Over.SUPERSEDED:
            _tell(driver, plan, end, driver.display)  # all of it: Ctrl-C changes nothing any more
    driver.hooks.close(end.over, end.sentence, driver.display.say)
    return end


def _tell(driver: Driver, plan: Plan, end: Ending, display: Display) -> None:
    display.say("")
    for line in (end.sentence, *next_step(end.over.value, plan.run, plan.paths, driver.tally)):
        display.say(line)
    if end.over is Over.MOVED:
        return  # no path that could be named is right any more
    for line in report(
        plan.run, plan.paths, driver.trials, driver.tally, Origin(str(plan.cwd), plan.scheduler.name)
    ):
        display.say(line)

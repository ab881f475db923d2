"""Links to the form as people have them, for tests of the page."""

from __future__ import annotations

# Faulty, as users' links are.
OLD_LINK = (
    "maxevalserror=5&mem_per_worker=1000&number_of_parameters=3&param_0_values=10%2C50%2C100&param_1_values=8%2C16"
    "%2C32&param_2_values=10%2C15%2C30&param_0_name=out-layer1&param_1_name=batchsize&param_2_name=batchsize&account="
    "&projectname=mnist_fashion_optimization_set_1&partition=alpha&searchtype=tpe.suggest&param_0_type=hp.choice"
    "&param_1_type=hp.choice&param_2_type=hp.choice&max_evals=1000&objective_program=bash%20%3C%2Fpath%2Fto%2Fwrapper"
    "-script%2Frun-mnist-fashion.sh%3E%20--out-layer1%3D(%24x_0)%20--batchsize%3D(%24x_1)%20--epochs%3D(%24x_2)"
    "&workdir=%3C%2Fscratch%2Fws%2Fomniopt-workdir%2F%3E"
)
# As most forms are in the end: nothing is wrong with it.
THREE_PARAMETERS = (
    "projectname=a&objective_program=python3%20train.py%20--lr=($lr)%20--layers=($layers)%20--kind=($kind)&partition=&enable_gpus=0"
    "&number_of_parameters=3&param_0_name=lr&param_0_type=real&param_0_value_min=0.0001&param_0_value_max=1&param_0_log=1"
    "&param_1_name=layers&param_1_type=integer&param_1_value_min=1&param_1_value_max=9"
    "&param_2_name=kind&param_2_type=categorical&param_2_values=sgd,adam"
)

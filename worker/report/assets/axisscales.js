// The scales of axes that charts share: chosen by the page, said beside the name of the axis, and changed by the reader.

import { element } from "./dom.js";
import { scaleChoice } from "./legend.js";

/** Fires "change" when the reader takes another scale. */
export class AxisScales extends EventTarget {
  /**
   * quantities: [{name, kind, values, distance}], the scale to begin with, and the values that are drawn. Offered are the
   * scales that suit these, and the distance from the best where that is given.
   */
  constructor(quantities) {
    super();
    this.quantities = quantities;
    this.kinds = new Map(quantities.map(({ name, kind }) => [name, kind]));
  }

  /** The scale that the quantity has now. */
  kindOf(name) {
    return this.kinds.get(name);
  }

  /** A list of scales for each quantity that has more than one value; "" where none has. */
  tools() {
    const choices = this.quantities.filter(({ values }) => values.some((value) => value !== values[0])).map((one) => this.#choice(one));
    return choices.length ? element("p", { class: "tools bar" }, ...choices) : "";
  }

  #choice({ name, kind, values, distance }) {
    const kinds = ["linear", ...(values.every((value) => value > 0) ? ["log"] : []), "rank", ...(distance ? ["distance"] : [])];
    const change = (wanted) => {
      this.kinds.set(name, wanted);
      this.dispatchEvent(new Event("change"));
    };
    return element("label", {}, `Scale of ${name} `, scaleChoice(kinds, kind, change, `Scale of ${name}`));
  }
}

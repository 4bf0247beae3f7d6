// What a file of weights holds, in words.

const LISTED = 20; // classes that are named

function listed(classes) {
  const rest = classes.length - LISTED;
  return classes.slice(0, LISTED).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}

/** What a file holds, as the terms and descriptions of a list. */
function factsAsList(name, facts, bytes) {
  const size = bytes < 1e6 ? `${Math.round(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
  const kinds = [...new Set(facts.blocks.map(({ kind }) => kind))].join(" or ");
  const said = {
    file: `${name}, ${size}`,
    model: `${facts.model}, ${facts.stem} stem`,
    images: `3×${facts.image_size}×${facts.image_size}`,
    blocks: `${facts.blocks.length}, each a ${kinds}`,
    parameters: facts.parameters.toLocaleString("en"),
    classes: `${facts.classes.length}: ${listed(facts.classes)}`,
  };
  return Object.entries(said).flatMap(([term, description]) =>
    [["dt", term], ["dd", description]].map(([tag, textContent]) => Object.assign(document.createElement(tag), { textContent })),
  );
}

/** Of a network that knows no digits, what it knows; else nothing. */
function whatItKnows(classes) {
  const digits = classes.length === 10 && classes.every((name, place) => name === String(place));
  return digits ? "" : `This network knows ${listed(classes)}, and no digits: give it a photograph.`;
}

// How numbers become pixels. The colors are those of all figures (colors.css), read anew at every painting, because
// the reader may switch between light and dark.

/** Red, green and blue of a color of the style sheet, such as "x" or "ink". */
function colorOf(name) {
  const value = getComputedStyle(document.body).getPropertyValue(`--${name}`).trim(); // #rrggbb
  return [1, 3, 5].map((place) => parseInt(value.slice(place, place + 2), 16));
}

/** Give a canvas width×height pixels, each colored by `pixel(place)`: red, green, blue, and opacity from 0 to 255. */
function paintPixels(canvas, width, height, pixel) {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  const painted = context.createImageData(width, height);
  for (let place = 0; place < width * height; place += 1) painted.data.set(pixel(place), 4 * place);
  context.putImageData(painted, 0, 0);
}

/** Paint a map of numbers in one color: none of it for 0, all of it for `most`. */
function paintMap(canvas, map, width, height, most, name) {
  const color = colorOf(name);
  paintPixels(canvas, width, height, (place) => [...color, most ? (255 * map[place]) / most : 0]);
}

/** Paint an image of three channels, 3·size·size numbers from 0 to 1, in its own colors. */
function paintImage(canvas, image, size) {
  const channel = size * size;
  paintPixels(canvas, size, size, (place) => [0, 1, 2].map((each) => 255 * image[each * channel + place]).concat(255));
}

// Two pictures of the page, each cut into its sections, each section drawn on a coarse grid: how far their colours are from
// each other, as a whole and in the mean of the grid's cells, 0 to 255.
// Arguments: picture and boxes of the one and of the other, how much smaller the other is. The last one is called when done.
const [one, its, other, theirs, scale, done] = arguments;
const load = (data) => new Promise((ready) => { const image = new Image(); image.onload = () => ready(image); image.src = "data:image/png;base64," + data; });
const grid = (image, box, by) => {
  // Halved again and again, so that every pixel counts.
  let canvas = document.createElement("canvas");
  let [w, h] = [Math.max(1, box.width * by), Math.max(1, box.height * by)];
  canvas.width = w; canvas.height = h;
  canvas.getContext("2d").drawImage(image, box.left * by, box.top * by, w, h, 0, 0, w, h);
  while (canvas.width > 24 || canvas.height > 8) {
    const half = document.createElement("canvas");
    half.width = Math.max(12, Math.ceil(canvas.width / 2)); half.height = Math.max(4, Math.ceil(canvas.height / 2));
    half.getContext("2d").drawImage(canvas, 0, 0, half.width, half.height);
    canvas = half;
  }
  const last = document.createElement("canvas");
  last.width = 12; last.height = 4;
  last.getContext("2d").drawImage(canvas, 0, 0, 12, 4);
  return last.getContext("2d").getImageData(0, 0, 12, 4).data;
};
Promise.all([load(one), load(other)]).then(([a, b]) => {
  const wrong = {};
  for (const id of Object.keys(its)) {
    if (!theirs[id]) continue;
    const [x, y] = [grid(a, its[id], 1), grid(b, theirs[id], scale)];
    let cells = 0;
    const whole = [0, 0, 0];
    for (let i = 0; i < x.length; i++) {
      if (i % 4 === 3) continue;
      cells += Math.abs(x[i] - y[i]);
      whole[i % 4] += x[i] - y[i];
    }
    const count = x.length / 4;
    wrong[id] = { cells: cells / count / 3, whole: Math.max(...whole.map(Math.abs)) / count };
  }
  done(wrong);
});

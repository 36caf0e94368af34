"use strict";
(function () {
  var OVERVIEW_FLOWS = 6, PANELS_AT_ONCE = 24, LABEL_ROWS = 3, LABEL_HEIGHT = 15;
  var data = JSON.parse(document.getElementById("data").textContent);
  var charts = [];
  var root = document.documentElement;

  function colour(name) { return getComputedStyle(root).getPropertyValue(name).trim(); }
  function byId(id) { return document.getElementById(id); }
  function element(parent, tag, className, text) {
    var node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    parent.appendChild(node);
    return node;
  }

  var UNITS = ["bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"];
  function unitOf(value) {
    var unit = 0;
    while (value >= 1000 && unit < UNITS.length - 1) { value /= 1000; unit++; }
    return unit;
  }
  function rate(value) {
    if (value == null) return "\u2013";
    var unit = unitOf(value), scaled = value / Math.pow(1000, unit);
    return scaled.toFixed(scaled >= 100 ? 0 : scaled >= 10 ? 1 : 2) + " " + UNITS[unit];
  }
  function rateAxis(u, splits) {
    var unit = unitOf(Math.max.apply(null, splits));
    return splits.map(function (v) {
      return v === 0 ? "0" : +(v / Math.pow(1000, unit)).toPrecision(6) + " " + UNITS[unit];
    });
  }
  function secondsAxis(u, splits) { return splits.map(function (v) { return +v.toFixed(6) + " s"; }); }

  /* Values of a flow on the common grid of buckets. */
  function grid(flow, key, length) {
    var values = new Array(length).fill(null), from = flow[key];
    for (var i = 0; i < from.length; i++) values[flow.first + i] = from[i];
    return values;
  }
  var buckets = 0;
  data.flows.forEach(function (f) { buckets = Math.max(buckets, f.first + f.mean.length); });
  var times = [];
  for (var i = 0; i < buckets; i++) times.push((i + 0.5) * data.bucket_s);

  /* Events nearer than a few pixels become one mark. */
  function marks(u) {
    var result = [];
    data.events.forEach(function (e) {
      var x = u.valToPos(e.t, "x", true), last = result[result.length - 1];
      if (last && x - last.x < 3 * devicePixelRatio) { last.count++; last.failed = last.failed || e.failed; }
      else result.push({ x: x, label: e.label, count: 1, failed: e.failed });
    });
    return result;
  }
  function drawEvents(labels) {
    return function (u) {
      var c = u.ctx, ratio = devicePixelRatio, rows = [];
      c.save();
      c.font = 11 * ratio + "px system-ui, sans-serif";
      c.textBaseline = "middle";
      c.textAlign = "left";
      c.lineWidth = ratio;
      marks(u).forEach(function (mark) {
        if (mark.x < u.bbox.left - 1 || mark.x > u.bbox.left + u.bbox.width + 1) return;
        var stroke = colour(mark.failed ? "--invalid" : "--event"), top = u.bbox.top;
        if (labels) {
          var text = mark.count > 1 ? mark.label + " +" + (mark.count - 1) : mark.label;
          if (text.length > 28) text = text.slice(0, 27) + "\u2026";
          var width = c.measureText(text).width + 12 * ratio;
          var right = u.bbox.left + u.bbox.width;
          var left = Math.min(mark.x, right + 8 * ratio - width);
          for (var row = 0; row < LABEL_ROWS; row++) {
            if ((rows[row] === undefined ? -1e9 : rows[row]) <= left) break;
          }
          if (row < LABEL_ROWS) {
            rows[row] = left + width;
            var y = u.bbox.top - (row + 0.5) * LABEL_HEIGHT * ratio - 3 * ratio;
            c.fillStyle = stroke;
            c.fillText(text, left + 4 * ratio, y);
            top = y - LABEL_HEIGHT * ratio / 2;
          }
        }
        c.strokeStyle = stroke;
        c.setLineDash([3 * ratio, 3 * ratio]);
        c.beginPath();
        c.moveTo(mark.x, top);
        c.lineTo(mark.x, u.bbox.top + u.bbox.height);
        c.stroke();
      });
      c.restore();
    };
  }

  function axis(values, size) {
    return {
      stroke: function () { return colour("--dim"); },
      grid: { stroke: function () { return colour("--line"); }, width: 1 },
      ticks: { show: false }, font: "11px system-ui, sans-serif", values: values, size: size, gap: 6
    };
  }
  function alpha(name, part) {
    return function () {
      var c = colour(name);
      return c + Math.round(part * 255).toString(16).padStart(2, "0");
    };
  }
  function stroke(name) { return function () { return colour(name); }; }
  var stepped = uPlot.paths.stepped({ align: 1 });

  function chart(parent, series, columns, options) {
    var settings = {
      width: Math.max(200, parent.clientWidth), height: options.height,
      padding: [options.labels ? labelRows() * LABEL_HEIGHT + 8 : 8, 12, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: true, y: false }, sync: { key: "run" }, points: { size: 5 } },
      scales: {
        x: { time: false, range: function (u, min, max) {
          return [min === times[0] || min == null ? 0 : min, max === times[times.length - 1] || max == null ? data.duration_s : max];
        } },
        y: { range: options.range || function (u, min, max) { return [0, (max || 1) * 1.08]; } }
      },
      axes: [axis(secondsAxis, 26), axis(options.axis || rateAxis, options.axisWidth || 78)],
      series: [{}].concat(series), bands: options.bands || [],
      hooks: {
        drawClear: [], draw: [drawEvents(options.labels)],
        setCursor: [function (u) { if (options.readout) options.readout(u.cursor.idx); }]
      }
    };
    var u = new uPlot(settings, columns, parent);
    charts.push({ u: u, parent: parent, height: options.height });
    return u;
  }
  function labelRows() { return data.events.length === 0 ? 0 : Math.min(LABEL_ROWS, data.events.length); }

  function overview() {
    var parent = byId("overview");
    if (!parent || times.length === 0) return;
    var flows = data.flows.slice(0, OVERVIEW_FLOWS), series = [], columns = [times], legend = byId("legend");
    flows.forEach(function (flow, i) {
      var name = "--c" + i;
      series.push({ stroke: stroke(name), width: 1, dash: [5, 4], paths: stepped, points: { show: false } });
      columns.push(grid(flow, "share", buckets));
      series.push({ stroke: stroke(name), width: 2, points: { show: false } });
      columns.push(grid(flow, "mean", buckets));
      var item = element(legend, "span");
      element(item, "b").style.background = "var(" + name + ")";
      item.appendChild(document.createTextNode(flow.from + " \u2192 " + flow.to));
    });
    var steps = element(legend, "span", "steps");
    element(steps, "b");
    steps.appendChild(document.createTextNode("share granted"));
    if (data.flows.length > flows.length) {
      element(legend, "span", "dim", "the " + flows.length + " biggest of " + data.flows.length + " charted flows");
    }
    var readout = byId("readout"), hint = "Move over the chart for values, drag to zoom, double-click to reset.";
    readout.textContent = hint;
    chart(parent, series, columns, { height: 330, labels: true, readout: function (idx) {
      if (idx == null) { readout.textContent = hint; return; }
      readout.textContent = times[idx].toFixed(2) + " s:  " + flows.map(function (flow, i) {
        return flow.from + " \u2192 " + flow.to + " " + rate(columns[2 + 2 * i][idx]) + " of " + rate(columns[1 + 2 * i][idx]);
      }).join(",  ");
    } });
  }

  function panel(parent, flow, index) {
    var box = element(parent, "div", "panel"), name = flow.from + " \u2192 " + flow.to;
    element(box, "p", "name", name).title = name;
    var readout = element(box, "p", "readout"), line = "--c" + (index % 6);
    var columns = [times];
    ["min", "max", "mean", "share_min", "share_max", "share"].forEach(function (key) {
      columns.push(grid(flow, key, buckets));
    });
    var hidden = { stroke: "transparent", width: 0, points: { show: false } };
    var rest = "measured against share";
    readout.textContent = rest;
    chart(element(box, "div"), [
      Object.assign({}, hidden), Object.assign({}, hidden),
      { stroke: stroke(line), width: 1.75, points: { show: false } },
      Object.assign({ paths: stepped }, hidden), Object.assign({ paths: stepped }, hidden),
      { stroke: stroke("--share"), width: 1.25, dash: [5, 4], paths: stepped, points: { show: false } }
    ], columns, {
      height: 170, bands: [{ series: [2, 1], fill: alpha(line, 0.22) }, { series: [5, 4], fill: alpha("--share", 0.15) }],
      readout: function (idx) {
        readout.textContent = idx == null ? rest
          : times[idx].toFixed(2) + " s: " + rate(columns[3][idx]) + " of " + rate(columns[6][idx])
            + (columns[1][idx] === columns[2][idx] ? "" : " (" + rate(columns[1][idx]) + " to " + rate(columns[2][idx]) + ")");
      }
    });
  }

  function panels() {
    var parent = byId("panels");
    if (!parent || times.length === 0) return;
    var filter = byId("filter"), more = byId("more"), shown = byId("shown"), limit = PANELS_AT_ONCE;
    function fill() {
      charts = charts.filter(function (c) {
        if (!parent.contains(c.parent)) return true;
        c.u.destroy();
        return false;
      });
      parent.textContent = "";
      var wanted = filter.value.trim().toLowerCase(), matching = [];
      data.flows.forEach(function (flow, i) {
        if ((flow.from + " \u2192 " + flow.to + " " + flow.from + " " + flow.to).toLowerCase().indexOf(wanted) >= 0) matching.push(i);
      });
      matching.slice(0, limit).forEach(function (i) { panel(parent, data.flows[i], i); });
      shown.textContent = Math.min(limit, matching.length) + " of " + matching.length + " shown, the biggest first";
      more.hidden = matching.length <= limit;
    }
    filter.addEventListener("input", function () { limit = PANELS_AT_ONCE; fill(); });
    more.addEventListener("click", function () { limit += PANELS_AT_ONCE; fill(); });
    fill();
  }

  function health() {
    var parent = byId("health"), h = data.health;
    if (!parent || h.t.length < 2) return;
    var names = ["busy", "fabric", "stolen"], colours = ["--c0", "--c1", "--c5"];
    var legend = element(parent, "div", "legend");
    names.forEach(function (name, i) {
      var item = element(legend, "span");
      element(item, "b").style.background = "var(" + colours[i] + ")";
      item.appendChild(document.createTextNode(name === "fabric" ? "fabric (100 % = one processor)" : name));
    });
    chart(parent, colours.map(function (c) {
      return { stroke: stroke(c), width: 1.5, points: { show: false } };
    }), [h.t, h.busy, h.fabric, h.steal], {
      height: 170, axisWidth: 50,
      axis: function (u, splits) { return splits.map(function (v) { return v + " %"; }); },
      range: function (u, min, max) { return [0, Math.max(100, max || 0)]; }
    });
  }

  function resize() {
    charts.forEach(function (c) {
      var width = Math.max(200, c.parent.clientWidth);
      if (width !== c.u.width) c.u.setSize({ width: width, height: c.height });
    });
  }
  function redraw() { charts.forEach(function (c) { c.u.redraw(false, true); }); }

  overview();
  panels();
  health();
  var waiting = 0;
  addEventListener("resize", function () { clearTimeout(waiting); waiting = setTimeout(resize, 100); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  addEventListener("beforeprint", function () {
    root.classList.add("print");
    charts.forEach(function (c) {
      c.u.setSize({ width: c.parent.closest(".panel, .two") ? 310 : 670, height: c.height });
    });
  });
  addEventListener("afterprint", function () { root.classList.remove("print"); resize(); redraw(); });
})();

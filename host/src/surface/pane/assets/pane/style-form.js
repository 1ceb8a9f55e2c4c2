// The looks of buttons, their forms, and what comes of a press.

export const form = `
.button {
  position: relative; display: inline-flex; align-items: center; justify-content: center; gap: 5px;
  min-height: 28px; max-width: 100%; padding: 3px 12px; border-radius: var(--radius);
  font-weight: 500; line-height: 18px; text-align: center;
  background: var(--surface); box-shadow: inset 0 0 0 1px light-dark(#d3d7dd, #3b424a);
}
.button .caption { min-width: 0; overflow-wrap: anywhere; }
.button:hover { background: linear-gradient(var(--hover), var(--hover)), var(--surface); }
.button.primary { background: var(--accent); color: var(--on-accent); box-shadow: none; }
.button.danger { color: var(--danger); }
.ask .button.danger { background: var(--danger); color: var(--on-danger); box-shadow: none; }
.button.primary:hover { background: color-mix(in srgb, var(--accent) 88%, var(--text)); }
.ask .button.danger:hover { background: color-mix(in srgb, var(--danger) 88%, var(--text)); }
.button[aria-disabled="true"]:not(.running) { opacity: 0.5; }
.button[aria-expanded="true"] { background: var(--background); }
.button.primary[aria-expanded="true"] { background: var(--surface); color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); }
.button:focus-visible { outline-offset: 2px; border-radius: var(--radius); }
.button.small { min-height: 24px; padding: 1px 9px; font-size: 0.925em; }
.button .glyph { width: 14px; height: 14px; }
.running .caption { visibility: hidden; }
.button.running::after {
  content: ""; position: absolute; inset: 0; margin: auto; width: 14px; height: 14px; border-radius: 50%;
  border: 2px solid currentColor; border-top-color: transparent; animation: turn 0.7s linear infinite;
}
@media (prefers-reduced-motion: reduce) {
  .button.running::after { border-top-color: currentColor; border-style: dotted; }
}

.actions { padding-inline: var(--edge); padding-top: 2px; }
.buttons { display: flex; flex-wrap: wrap; gap: 6px; }
.ask {
  margin-top: 8px; padding: 10px 12px 12px; border-radius: var(--radius);
  background: var(--background); box-shadow: inset 0 0 0 1px var(--line);
}
.pane .question { font-weight: 600; margin-bottom: 4px; }
.pane .help { color: var(--muted); font-size: 0.925em; margin-top: 3px; }
.question + .help { font-size: 1em; }
.ask > .buttons { margin-top: 12px; }

.field { margin-top: 10px; }
.field > label, legend { display: block; margin-bottom: 3px; padding: 0; font-weight: 500; }
.star { color: var(--danger); }
.field :is(input:not([type="checkbox"]), select, textarea) {
  display: block; width: 100%; min-height: 30px; padding: 4px 8px; border: 1px solid light-dark(#c8cdd4, #444b54);
  border-radius: var(--radius); background: var(--surface);
}
.field textarea { resize: vertical; min-height: 64px; }
.field :is(input, select, textarea):focus-visible { outline-offset: -1px; border-color: var(--accent); border-radius: var(--radius); }
.field [aria-invalid="true"] { border-color: var(--danger) !important; }
.field input[type="checkbox"] { width: 15px; height: 15px; margin: 0; accent-color: var(--accent); flex: none; }
.field.check { display: grid; grid-template-columns: auto 1fr; column-gap: 8px; align-items: center; }
.field.check > label { margin: 0; font-weight: 400; }
.field.check > p { grid-column: 2; }
.options { display: grid; gap: 2px; max-height: 168px; overflow-y: auto; padding: 5px 8px; border-radius: var(--radius); background: var(--surface); border: 1px solid light-dark(#c8cdd4, #444b54); }
.option { display: flex; align-items: center; gap: 8px; padding: 2px 0; }
.pane .fault { color: var(--danger); font-size: 0.925em; margin-top: 3px; }

.note { color: var(--good); }
.note.bad { color: var(--danger); }
.note:not(:empty) { margin-top: 7px; }
.note > .button { color: var(--text); margin-top: 5px; }
.todo .button { color: var(--text); }
.todo {
  display: grid; grid-template-columns: minmax(0, 1fr) auto; align-items: start; gap: 0 8px;
  margin-top: 6px; padding: 6px 8px 7px 10px; border-radius: var(--radius);
  background: var(--background); color: var(--text);
}
.pane p.todo { margin-top: 6px; padding: 6px 10px 7px; display: block; position: relative; }
.todo .what { display: block; color: var(--muted); font-size: 0.885em; }
.todo .words { white-space: pre-line; overflow-wrap: anywhere; max-height: 120px; overflow-y: auto; }
.todo > .button { grid-area: 1 / 2 / 3; align-self: center; margin: 0; }
.todo > .copy { top: 5px; inset-inline-end: 6px; opacity: 1; }
.toast .todo { background: rgb(255 255 255 / 8%); color: inherit; }
.toast .todo .what { color: #b3bbc6; }
.toast .todo .button { color: #1f2328; background: #f3f5f7; }
`;

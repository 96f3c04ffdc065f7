import { html, render } from "lit";
render(html`<p>x</p>`, document.body);

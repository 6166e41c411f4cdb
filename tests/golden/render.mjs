// Renders every .mjml file beside this one with the official MJML into an .html file.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import mjml2html from "mjml";

const folder = fileURLToPath(new URL(".", import.meta.url));
let failed = false;
for (const name of readdirSync(folder).filter((name) => name.endsWith(".mjml"))) {
  const source = readFileSync(folder + name, "utf8");
  // No fonts: a link to a font tells somebody else who opens the mail.
  const { html, errors } = mjml2html(source, { fonts: {}, validationLevel: "strict", keepComments: true, minify: false, beautify: false });
  for (const error of errors) {
    console.error(`${name}: ${error.formattedMessage}`);
    failed = true;
  }
  writeFileSync(folder + name.replace(/\.mjml$/, ".html"), html.trimEnd() + "\n");
}
process.exit(failed ? 1 : 0);

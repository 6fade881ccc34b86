package dev.wherry.cli.client.print;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.gotemplate.GoTemplate;
import dev.wherry.cli.client.gotemplate.GoTemplateException;
import java.io.PrintStream;

/** {@code -o go-template=...}: nothing is added to what the template says. */
final class GoTemplatePrinter implements ObjectPrinter {
  private final String text;
  private final GoTemplate template;
  private final PrintStream out;

  GoTemplatePrinter(String text, boolean missingAllowed, PrintStream out) {
    this.text = text;
    this.out = out;
    try {
      this.template = GoTemplate.parse(text, missingAllowed);
    } catch (GoTemplateException e) {
      throw ClientException.error(
          "error parsing template %s, template: output: %s".formatted(text, e.getMessage()));
    }
  }

  @Override
  public void print(JsonNode object) {
    try {
      out.print(template.execute(object));
    } catch (GoTemplateException e) {
      throw ClientException.error(
          "error executing template \"%s\": template: output: executing \"output\": %s"
              .formatted(text, e.getMessage()));
    }
  }
}

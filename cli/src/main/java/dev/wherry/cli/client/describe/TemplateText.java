package dev.wherry.cli.client.describe;

import com.fasterxml.jackson.databind.JsonNode;

/** A pod template as the history of a rollout shows it: with its tabs. */
public final class TemplateText {
  private TemplateText() {}

  public static String of(JsonNode template) {
    StringBuilder text = new StringBuilder();
    Page page = new Page(text);
    PodPages.template(page, template);
    page.flush();
    return text.toString();
  }
}

package dev.wherry.cli.client.describe;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Roles with their rules one resource a line, and bindings. */
final class RolePages {
  private RolePages() {}

  /** A line's cells: what is allowed on what. */
  private record Line(String group, String resource, String url, String name, List<String> verbs) {
    static Line of(String group, String resource, String url, String name) {
      return new Line(group, resource, url, name, new ArrayList<>());
    }

    void allow(JsonNode verb) {
      if (!verbs.contains(verb.asText())) {
        verbs.add(verb.asText());
      }
    }

    /** Upstream sorts rules by their text: verbs first, then group, resource, name, URL. */
    String order() {
      return "Verbs:[%s],APIGroups:[%s],Resources:[%s],ResourceNames:[%s],NonResourceURLs:[%s]"
          .formatted(String.join(" ", verbs), group, resource, name, url);
    }

    /** {@code deployments.apps/scale}: the group stands before the subresource. */
    String shown() {
      int slash = resource.indexOf('/');
      String plain = slash < 0 ? resource : resource.substring(0, slash);
      String sub = slash < 0 ? "" : resource.substring(slash);
      return plain + (group.isEmpty() ? "" : "." + group) + sub;
    }
  }

  static void role(JsonNode role, Page page, Surroundings around) {
    page.field(0, "Name", role.path("metadata").path("name").asText());
    Multiline.metadata(page, role);
    page.line(0, "PolicyRule:");
    page.line(1, "Resources\tNon-Resource URLs\tResource Names\tVerbs");
    page.line(1, "---------\t-----------------\t--------------\t-----");
    Map<String, Line> lines = new TreeMap<>();
    for (JsonNode rule : role.path("rules")) {
      for (JsonNode group : rule.path("apiGroups")) {
        for (JsonNode resource : rule.path("resources")) {
          resource(lines, rule, group.asText(), resource.asText());
        }
      }
      for (JsonNode url : rule.path("nonResourceURLs")) {
        for (JsonNode verb : rule.path("verbs")) {
          lines
              .computeIfAbsent(
                  "url " + url.asText() + " " + verb.asText(),
                  key -> Line.of("", "", url.asText(), ""))
              .allow(verb);
        }
      }
    }
    List<Line> sorted = new ArrayList<>(lines.values());
    sorted.sort(Comparator.comparing(Line::order));
    for (Line line : sorted) {
      page.line(
          1,
          "%s\t[%s]\t[%s]\t[%s]"
              .formatted(line.shown(), line.url(), line.name(), String.join(" ", line.verbs())));
    }
  }

  private static void resource(
      Map<String, Line> lines, JsonNode rule, String group, String resource) {
    List<String> names = new ArrayList<>();
    rule.path("resourceNames").forEach(name -> names.add(name.asText()));
    if (names.isEmpty()) {
      names.add("");
    }
    for (String name : names) {
      Line line =
          lines.computeIfAbsent(
              "resource " + group + " " + resource + " " + name,
              key -> Line.of(group, resource, "", name));
      rule.path("verbs").forEach(line::allow);
    }
  }

  static void binding(JsonNode binding, Page page, Surroundings around) {
    page.field(0, "Name", binding.path("metadata").path("name").asText());
    Multiline.metadata(page, binding);
    page.line(0, "Role:");
    page.field(1, "Kind", binding.path("roleRef").path("kind").asText());
    page.field(1, "Name", binding.path("roleRef").path("name").asText());
    page.line(0, "Subjects:").line(1, "Kind\tName\tNamespace").line(1, "----\t----\t---------");
    for (JsonNode subject : binding.path("subjects")) {
      page.line(
          1,
          subject.path("kind").asText()
              + "\t"
              + subject.path("name").asText()
              + "\t"
              + subject.path("namespace").asText(""));
    }
  }
}

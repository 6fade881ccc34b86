package dev.wherry.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.wherry.cli.client.jsonpath.JsonPath;
import dev.wherry.cli.client.print.SortKeys;
import dev.wherry.cli.client.select.Lists;
import dev.wherry.cli.client.select.Targets;
import dev.wherry.cli.client.verb.QueryOptions;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.model.json.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The flags of {@code get}, apart from output and files. */
final class GetOptions {
  @Mixin private QueryOptions query = new QueryOptions();

  @Option(
      names = {"-w", "--watch"},
      arity = "0..1",
      fallbackValue = "true",
      description = "List, then follow changes.")
  private boolean watch;

  @Option(
      names = "--watch-only",
      arity = "0..1",
      fallbackValue = "true",
      description = "Follow changes without listing.")
  private boolean watchOnly;

  @Option(
      names = "--output-watch-events",
      arity = "0..1",
      fallbackValue = "true",
      description = "Show the type of each change.")
  private boolean events;

  @Option(
      names = "--show-labels",
      arity = "0..1",
      fallbackValue = "true",
      description = "Show all labels.")
  private boolean showLabels;

  @Option(
      names = "--show-kind",
      arity = "0..1",
      fallbackValue = "true",
      description = "Show the type before the name.")
  private boolean showKind;

  @Option(
      names = {"-L", "--label-columns"},
      split = ",",
      description = "Labels that get a column.")
  private List<String> labelColumns = List.of();

  @Option(
      names = "--no-headers",
      arity = "0..1",
      fallbackValue = "true",
      description = "No line of headers.")
  private boolean noHeaders;

  @Option(
      names = "--ignore-not-found",
      arity = "0..1",
      fallbackValue = "true",
      description = "What does not exist is no error.")
  private boolean ignoreNotFound;

  @Option(names = "--sort-by", description = "A JSONPath to sort by.")
  private String sortBy = "";

  @Option(
      names = "--subresource",
      description = "The part of the objects, such as status or scale.")
  private String subresource = "";

  @Option(names = "--chunk-size", description = "Objects per page; 0 for all at once.")
  private int pageItems = Lists.Filter.NONE.pageItems();

  Targets.Scope scope(Session session) {
    return new Targets.Scope(session.namespace(), query.everywhere(), query.isNarrowed());
  }

  Lists.Filter filter() {
    return new Lists.Filter(query.labels(), query.fields(), pageItems, !sortBy.isEmpty())
        .part(subresource);
  }

  /** "" for the objects themselves. */
  String subresource() {
    return subresource;
  }

  boolean everywhere() {
    return query.everywhere();
  }

  boolean watching() {
    return watch || watchOnly;
  }

  boolean watchOnly() {
    return watchOnly;
  }

  boolean events() {
    return events;
  }

  boolean showLabels() {
    return showLabels;
  }

  boolean showKind() {
    return showKind;
  }

  List<String> labelColumns() {
    return labelColumns;
  }

  boolean headers() {
    return !noHeaders;
  }

  boolean ignoreNotFound() {
    return ignoreNotFound;
  }

  boolean sorting() {
    return !sortBy.isEmpty();
  }

  /** The objects in the order of {@code --sort-by}. */
  ArrayNode sorted(ArrayNode items) {
    return sorted(items, "");
  }

  /** The rows of a Table, which hold their objects in a field. */
  ArrayNode sorted(ArrayNode rows, String field) {
    if (sortBy.isEmpty()) {
      return rows;
    }
    JsonPath path = JsonPath.parseRelaxed(sortBy);
    List<JsonNode> sorted = new ArrayList<>();
    rows.forEach(sorted::add);
    sorted.sort(
        Comparator.comparing(
            row -> SortKeys.first(path, field.isEmpty() ? row : row.path(field)), SortKeys.ORDER));
    return Json.array().addAll(sorted);
  }
}

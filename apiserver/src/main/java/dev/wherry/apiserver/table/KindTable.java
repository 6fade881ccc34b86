package dev.wherry.apiserver.table;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.wherry.model.json.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/** The columns of one kind, each with the function that computes its cell. */
public final class KindTable {
  /** One cell of one object at one instant. */
  @FunctionalInterface
  public interface Cell {
    /** The cell's value: a JSON scalar. */
    JsonNode of(JsonNode object, Instant now);
  }

  private static final KindTable NAME_AND_AGE = builder().name().age().build();
  private static final KindTable NAME_AND_CREATED_AT =
      builder()
          .name()
          .text("Created At", "When the object was created, RFC 3339.", TimeCells::createdAt)
          .build();

  private final List<Column> columns;
  private final List<Cell> cells;

  private KindTable(List<Column> columns, List<Cell> cells) {
    this.columns = List.copyOf(columns);
    this.cells = List.copyOf(cells);
  }

  /** The table of a kind that declares no columns. */
  public static KindTable nameAndAge() {
    return NAME_AND_AGE;
  }

  /**
   * The table of kinds that upstream serves with its storage layer's default (LimitRange, Role,
   * ...).
   */
  static KindTable nameAndCreatedAt() {
    return NAME_AND_CREATED_AT;
  }

  /** The time since a timestamp, in the words of an Age column. */
  public static String age(JsonNode timestamp, Instant now) {
    return TimeCells.instant(timestamp)
        .map(then -> TimeCells.human(Duration.between(then, now)))
        .orElse("<invalid>");
  }

  /** A table built column by column; custom resources use this at run time. */
  public static Builder builder() {
    return new Builder();
  }

  /** Column definitions in order. */
  public List<Column> columns() {
    return columns;
  }

  ArrayNode row(JsonNode object, Instant now) {
    ArrayNode row = Json.array();
    for (Cell cell : cells) {
      row.add(cell.of(object, now));
    }
    return row;
  }

  /** Collects columns with their cells. */
  public static final class Builder {
    private final List<Column> columns = new ArrayList<>();
    private final List<Cell> cells = new ArrayList<>();

    private Builder() {}

    /** Adds a column. */
    public Builder column(Column column, Cell cell) {
      columns.add(column);
      cells.add(cell);
      return this;
    }

    /** Adds the column of names. */
    public Builder name() {
      return column(
          new Column("Name", "string", "name", "Name, unique within its namespace.", 0),
          (o, now) -> TextNode.valueOf(Fields.name(o)));
    }

    Builder age() {
      return timed("Age", "Time since the object was created.", TimeCells::age);
    }

    Builder text(String name, String description, Function<JsonNode, String> cell) {
      return column(
          new Column(name, "string", "", description, 0),
          (o, now) -> TextNode.valueOf(cell.apply(o)));
    }

    Builder wide(String name, String description, Function<JsonNode, String> cell) {
      return column(
          new Column(name, "string", "", description, 1),
          (o, now) -> TextNode.valueOf(cell.apply(o)));
    }

    Builder number(String name, String description, ToLongFunction<JsonNode> cell) {
      return number(name, "integer", description, 0, cell);
    }

    Builder number(
        String name, String type, String description, int priority, ToLongFunction<JsonNode> cell) {
      return column(
          new Column(name, type, "", description, priority),
          (o, now) -> LongNode.valueOf(cell.applyAsLong(o)));
    }

    Builder flag(String name, String type, String description, Predicate<JsonNode> cell) {
      return column(
          new Column(name, type, "", description, 0),
          (o, now) -> BooleanNode.valueOf(cell.test(o)));
    }

    Builder timed(String name, String description, TimedText cell) {
      return timed(name, description, 0, cell);
    }

    Builder timed(String name, String description, int priority, TimedText cell) {
      return column(
          new Column(name, "string", "", description, priority),
          (o, now) -> TextNode.valueOf(cell.of(o, now)));
    }

    /** The table. */
    public KindTable build() {
      return new KindTable(columns, cells);
    }
  }

  /** A cell's text that depends on the time. */
  @FunctionalInterface
  interface TimedText {
    String of(JsonNode object, Instant now);
  }
}

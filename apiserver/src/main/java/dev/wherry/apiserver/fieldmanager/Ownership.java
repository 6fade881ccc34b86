package dev.wherry.apiserver.fieldmanager;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import dev.wherry.model.json.RawObject;
import dev.wherry.model.merge.FieldSet;
import dev.wherry.model.merge.FieldsV1;
import dev.wherry.model.merge.MergeException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/** What one manager owns; the set is read when first asked for and written only if it changed. */
final class Ownership {
  private static final String FIELDS_TYPE = "FieldsV1";

  private final String apiVersion;
  private final String time;
  private final @Nullable ObjectNode written;
  private @Nullable FieldSet fields;

  private Ownership(
      String apiVersion, String time, @Nullable ObjectNode written, @Nullable FieldSet fields) {
    this.apiVersion = apiVersion;
    this.time = time;
    this.written = written;
    this.fields = fields;
  }

  /**
   * @param time RFC 3339, or ""
   */
  static Ownership of(FieldSet fields, String apiVersion, String time) {
    return new Ownership(apiVersion, time, null, fields);
  }

  /** An entry of managedFields, which is not read yet. */
  static Ownership of(ObjectNode entry) {
    return new Ownership(
        entry.path("apiVersion").asText(), entry.path("time").asText(), entry, null);
  }

  /**
   * @throws MergeException naming what is wrong with an entry that a client sent
   */
  static void check(JsonNode entry, int place) {
    String operation = entry.path("operation").asText();
    if (!operation.equals(ManagerId.APPLY) && !operation.equals(ManagerId.UPDATE)) {
      throw new MergeException("operation must be `Apply` or `Update`");
    }
    if (entry.path("apiVersion").asText().isEmpty()) {
      throw new MergeException("apiVersion must not be empty");
    }
    String type = entry.path("fieldsType").asText();
    if (type.isEmpty()) {
      throw new MergeException("missing fieldsType in managed fields entry " + place);
    }
    if (!type.equals(FIELDS_TYPE)) {
      throw new MergeException(
          "invalid fieldsType \"" + type + "\" in managed fields entry " + place);
    }
    JsonNode fields = entry.path("fieldsV1");
    if (!fields.isMissingNode()) {
      FieldsV1.read(Json.write(fields));
    }
  }

  String apiVersion() {
    return apiVersion;
  }

  String time() {
    return time;
  }

  /** Seconds since 1970; 0 where no time is known. */
  long seconds() {
    try {
      return time.isEmpty() ? 0 : Instant.parse(time).getEpochSecond();
    } catch (DateTimeParseException e) {
      return 0;
    }
  }

  FieldSet fields() {
    FieldSet known = fields;
    if (known == null) {
      known = written == null ? FieldSet.EMPTY : read(written.path("fieldsV1"));
      fields = known;
    }
    return known;
  }

  /** Whether any of the fields is in another set. */
  boolean touches(FieldSet others) {
    return !fields().intersection(others).isEmpty();
  }

  private static FieldSet read(JsonNode fields) {
    return switch (fields) {
      case RawObject raw -> KnownSets.of(raw.bytes());
      case ObjectNode object -> FieldsV1.read(Json.write(object));
      default -> FieldSet.EMPTY;
    };
  }

  /** This, or the same with other fields. */
  Ownership with(FieldSet other) {
    return other.equals(fields()) ? this : new Ownership(apiVersion, time, null, other);
  }

  /** The same at another time; a set that did not change is not written again. */
  Ownership at(String newTime) {
    if (written == null) {
      return new Ownership(apiVersion, newTime, null, fields());
    }
    ObjectNode later = written.deepCopy();
    later.put("time", newTime);
    return new Ownership(apiVersion, newTime, later, fields);
  }

  /** The entry as managedFields holds it. */
  ObjectNode entry(ManagerId id) {
    if (written != null) {
      return written;
    }
    ObjectNode entry = Json.object();
    entry.put("manager", id.manager());
    entry.put("operation", id.applied() ? ManagerId.APPLY : ManagerId.UPDATE);
    entry.put("apiVersion", apiVersion);
    if (!time.isEmpty()) {
      entry.put("time", time);
    }
    entry.put("fieldsType", FIELDS_TYPE);
    entry.set("fieldsV1", RawObject.of(FieldsV1.write(fields())));
    if (!id.subresource().isEmpty()) {
      entry.put("subresource", id.subresource());
    }
    return entry;
  }
}

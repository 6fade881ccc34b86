package dev.wherry.apiserver.validation;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.structural.NameRules;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Definitions of custom resources (apiextensions-apiserver validation). Paths are those of
 * upstream's internal version: what all versions share stands directly under {@code spec}.
 */
final class DefinitionRules {
  private static final List<String> SCOPES = List.of("Cluster", "Namespaced");
  private static final int WARNING_CHARS_MAX = 256;

  private DefinitionRules() {}

  static void definition(Field definition) {
    Field spec = definition.child("spec");
    Field name = definition.at("metadata", "name");
    String wanted = spec.at("names", "plural").text() + "." + spec.child("group").text();
    if (name.hasText() && !name.is(wanted)) {
      name.invalid("must be spec.names.plural+\".\"+spec.group");
    }
    spec(spec);
    Field stored = definition.at("status", "storedVersions");
    storedVersions(stored, spec.child("versions"));
    DefinitionParts.approval(definition);
    if (spec.child("preserveUnknownFields").isTrue()) {
      spec.child("preserveUnknownFields")
          .invalid(
              "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in"
                  + " spec.versions[*].schema instead");
    }
  }

  static void update(Field definition, Field old) {
    Field spec = definition.child("spec");
    Field before = old.child("spec");
    if (isEstablished(old.node())) {
      KindRules.immutable(spec.child("scope"), before.child("scope"));
      KindRules.immutable(spec.at("names", "kind"), before.at("names", "kind"));
    }
    KindRules.immutable(spec.child("group"), before.child("group"));
    KindRules.immutable(spec.at("names", "plural"), before.at("names", "plural"));
  }

  private static boolean isEstablished(JsonNode definition) {
    for (JsonNode condition : definition.path("status").path("conditions")) {
      if (condition.path("type").asText().equals("Established")) {
        return condition.path("status").asText().equals("True");
      }
    }
    return false;
  }

  private static void spec(Field spec) {
    Field group = spec.child("group");
    if (group.require()) {
      List<String> wrong = NameRules.subdomain(group.text());
      if (!wrong.isEmpty()) {
        group.invalid(String.join(",", wrong));
      } else if (!group.text().contains(".")) {
        group.invalid("should be a domain with at least one dot");
      }
    }
    if (spec.child("scope").require()) {
      spec.child("scope").oneOf(SCOPES);
    }
    versions(spec);
    names(spec.child("names"));
    shared(spec);
    DefinitionParts.conversion(spec.child("conversion"));
  }

  private static void versions(Field spec) {
    Field versions = spec.child("versions");
    for (Field version : versions.items()) {
      Field schema = version.at("schema", "openAPIV3Schema");
      if (!schema.present()) {
        schema.errors().required(schema.path(), "");
      }
    }
    Field first = Field.of(versions.node().path(0).path("name"), "spec.version", spec.errors());
    if (first.hasText()) {
      label(first);
    }
    Set<String> seen = new HashSet<>();
    boolean unique = true;
    int stored = 0;
    for (Field version : versions.items()) {
      label(version.child("name"));
      unique &= seen.add(version.child("name").text());
      stored += version.child("storage").isTrue() ? 1 : 0;
      version(version, spec);
    }
    if (!unique) {
      versions.invalid("must contain unique version names");
    }
    if (stored != 1) {
      versions.invalid("must have exactly one version marked as storage version");
    }
  }

  /** What a version has for itself alone. */
  private static void version(Field version, Field spec) {
    deprecation(version);
    boolean status = version.at("subresources", "status").present();
    if (!isShared(spec, "schema") && version.at("schema", "openAPIV3Schema").present()) {
      SchemaRules.check(
          version.at("schema", "openAPIV3Schema"), status, isUnchanged(version, version.errors()));
    }
    if (!isShared(spec, "subresources")) {
      DefinitionParts.scale(
          version.at("subresources", "scale"), version.child("subresources").path());
    }
    if (!isShared(spec, "additionalPrinterColumns")) {
      DefinitionParts.columns(version.child("additionalPrinterColumns"));
    }
    if (!isShared(spec, "selectableFields")) {
      DefinitionParts.selectable(
          version.child("selectableFields"), version.at("schema", "openAPIV3Schema"));
    }
  }

  /** Whether a version of this name had the same schema before. */
  private static boolean isUnchanged(Field version, FieldErrors errors) {
    for (JsonNode before : errors.before().path("spec").path("versions")) {
      if (version.child("name").is(before.path("name").asText())) {
        return before.path("schema").equals(version.child("schema").node());
      }
    }
    return false;
  }

  /** Whether every version says the same of this. */
  private static boolean isShared(Field spec, String field) {
    JsonNode versions = spec.child("versions").node();
    JsonNode first = versions.path(0).path(field);
    if (first.isMissingNode() || first.isNull() || (first.isArray() && first.isEmpty())) {
      return false;
    }
    for (JsonNode version : versions) {
      if (!version.path(field).equals(first)) {
        return false;
      }
    }
    return true;
  }

  private static void shared(Field spec) {
    Field first = Field.of(spec.child("versions").node().path(0), spec.path(), spec.errors());
    if (isShared(spec, "schema") && first.at("schema", "openAPIV3Schema").present()) {
      boolean status = false;
      for (Field version : spec.child("versions").items()) {
        status |= version.at("subresources", "status").present();
      }
      JsonNode schema = first.at("schema", "openAPIV3Schema").node();
      SchemaRules.check(
          Field.of(schema, "spec.validation.openAPIV3Schema", spec.errors()),
          status,
          isUnchanged(first, spec.errors()));
    }
    if (isShared(spec, "subresources")) {
      DefinitionParts.scale(first.at("subresources", "scale"), "spec.subresources");
    }
    if (isShared(spec, "additionalPrinterColumns")) {
      DefinitionParts.columns(first.child("additionalPrinterColumns"));
    }
    if (isShared(spec, "selectableFields")) {
      DefinitionParts.selectable(
          first.child("selectableFields"), first.at("schema", "openAPIV3Schema"));
    }
  }

  private static void deprecation(Field version) {
    Field warning = version.child("deprecationWarning");
    if (!warning.present()) {
      return;
    }
    String text = warning.text();
    if (!version.child("deprecated").isTrue()) {
      warning.invalid("can only be set for deprecated versions");
      return;
    }
    if (text.length() > WARNING_CHARS_MAX) {
      warning.invalid("must be <= 256 characters long");
    }
    if (text.isEmpty()) {
      warning.invalid("must not be an empty string");
    }
    for (int i = 0; i < text.length(); i++) {
      if (Character.isISOControl(text.charAt(i))) {
        warning.invalid(
            "must only contain printable UTF-8 characters; non-printable character found at index "
                + i);
        return;
      }
    }
  }

  private static void names(Field names) {
    for (String part : List.of("plural", "singular", "kind", "listKind")) {
      names.child(part).require();
    }
    for (String part : List.of("plural", "singular")) {
      joined(names.child(part), names.child(part).text(), "");
    }
    for (String part : List.of("kind", "listKind")) {
      String lower = names.child(part).text().toLowerCase(Locale.ROOT);
      joined(names.child(part), lower, "may have mixed case, but should otherwise match: ");
    }
    names.child("shortNames").items().forEach(DefinitionRules::label);
    if (names.child("kind").hasText() && names.child("kind").is(names.child("listKind").text())) {
      names.child("listKind").invalid("kind and listKind may not be the same");
    }
    names.child("categories").items().forEach(DefinitionRules::label);
  }

  private static void label(Field field) {
    List<String> wrong = NameRules.label1035(field.text());
    if (!wrong.isEmpty()) {
      field.invalid(String.join(",", wrong));
    }
  }

  private static void joined(Field field, String text, String before) {
    List<String> wrong = text.isEmpty() ? List.of() : NameRules.label1035(text);
    if (!wrong.isEmpty()) {
      field.invalid(before + String.join(",", wrong));
    }
  }

  private static void storedVersions(Field stored, Field versions) {
    if (stored.items().isEmpty()) {
      return;
    }
    List<String> names = new ArrayList<>();
    versions.items().forEach(version -> names.add(version.child("name").text()));
    for (Field name : stored.items()) {
      if (!names.contains(name.text())) {
        String version = name.text();
        name.invalid(
            ("missing from spec.versions; %s was previously a storage version, and must remain in"
                    + " spec.versions until a storage migration ensures no data remains persisted in"
                    + " %s and removes %s from status.storedVersions")
                .formatted(version, version, version));
      }
    }
  }
}

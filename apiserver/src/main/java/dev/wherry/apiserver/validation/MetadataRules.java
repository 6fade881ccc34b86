package dev.wherry.apiserver.validation;

import dev.wherry.apiserver.structural.NameRules;
import dev.wherry.model.kind.KindInfo;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** Rules of ObjectMeta (apimachinery api/validation/objectmeta.go). */
final class MetadataRules {
  static final int ANNOTATIONS_BYTES_MAX = 256 * 1024;
  private static final int UID_BYTES_MAX = 36;
  private static final Set<String> STANDARD_FINALIZERS =
      Set.of("kubernetes", "orphan", "foregroundDeletion");

  private MetadataRules() {}

  static void check(Field metadata, KindInfo kind, Function<String, List<String>> nameRule) {
    Field generateName = metadata.child("generateName");
    if (generateName.hasText()) {
      String prefix = generateName.text();
      nameRule
          .apply(prefix.endsWith("-") ? prefix.substring(0, prefix.length() - 1) + "a" : prefix)
          .forEach(generateName::invalid);
    }
    Field name = metadata.child("name");
    if (!name.hasText()) {
      metadata.errors().required(name.path(), "name or generateName is required");
    } else {
      name.matches(nameRule);
    }
    namespace(metadata.child("namespace"), kind);
    metadata.child("generation").nonNegative();
    labels(metadata.child("labels"));
    annotations(metadata.child("annotations"));
    owners(metadata.child("ownerReferences"));
    finalizers(metadata.child("finalizers"));
  }

  /** Kinds of the core's packages take no finalizers but the standard and qualified ones. */
  static void coreFinalizers(Field finalizers) {
    for (Field finalizer : finalizers.items()) {
      if (!finalizer.text().contains("/") && !STANDARD_FINALIZERS.contains(finalizer.text())) {
        finalizers
            .errors()
            .invalid(
                finalizer.path(),
                finalizer.text(),
                "name is neither a standard finalizer name nor is it fully qualified");
      }
    }
  }

  private static void namespace(Field namespace, KindInfo kind) {
    if (!kind.namespaced()) {
      if (namespace.hasText()) {
        namespace.forbidden("not allowed on this type");
      }
    } else if (namespace.require()) {
      namespace.matches(NameRules::label);
    }
  }

  static void labels(Field labels) {
    labels
        .entries()
        .forEach(e -> {
          NameRules.qualified(e.getKey())
              .forEach(m -> labels.errors().invalid(labels.path(), e.getKey(), m));
          String value = e.getValue().text();
          NameRules.labelValue(value)
              .forEach(m -> labels.errors().invalid(labels.path(), value, m));
        });
  }

  static void annotations(Field annotations) {
    long bytes = 0;
    for (var e : annotations.entries()) {
      NameRules.annotationKey(e.getKey())
          .forEach(m -> annotations.errors().invalid(annotations.path(), e.getKey(), m));
      bytes +=
          e.getKey().length() + (long) e.getValue().text().getBytes(StandardCharsets.UTF_8).length;
    }
    if (bytes > ANNOTATIONS_BYTES_MAX) {
      annotations.errors().tooLong(annotations.path(), ANNOTATIONS_BYTES_MAX);
    }
  }

  private static void owners(Field owners) {
    List<String> controllers = new ArrayList<>();
    for (Field owner : owners.items()) {
      Field apiVersion = owner.child("apiVersion");
      if (!apiVersion.hasText()) {
        apiVersion.errors().invalid(apiVersion.path(), "", "version must not be empty");
      }
      for (String name : List.of("kind", "name", "uid")) {
        Field field = owner.child(name);
        if (!field.hasText()) {
          field.errors().invalid(field.path(), "", "must not be empty");
        }
      }
      if (owner.child("uid").text().length() > UID_BYTES_MAX * 4) {
        owner.errors().tooLong(owner.child("uid").path(), UID_BYTES_MAX * 4);
      }
      if (owner.child("controller").isTrue()) {
        controllers.add(owner.child("name").text());
      }
    }
    if (controllers.size() > 1) {
      owners.invalid(
          "Only one reference can have Controller set to true. Found \"true\" in references for %s and %s"
              .formatted(controllers.get(0), controllers.get(1)));
    }
  }

  private static void finalizers(Field finalizers) {
    for (Field finalizer : finalizers.items()) {
      NameRules.qualified(finalizer.text())
          .forEach(m -> finalizers.errors().invalid(finalizers.path(), finalizer.text(), m));
    }
  }

  static void update(Field metadata, Field old) {
    for (String name : List.of("name", "namespace", "uid", "creationTimestamp")) {
      KindRules.immutable(metadata.child(name), old.child(name));
    }
    if (old.child("deletionTimestamp").present()) {
      for (Field finalizer : metadata.child("finalizers").items()) {
        boolean known =
            old.child("finalizers").items().stream().anyMatch(f -> f.is(finalizer.text()));
        if (!known) {
          metadata
              .child("finalizers")
              .forbidden(
                  "no new finalizers can be added if the object is being deleted, found new finalizers []string{\"%s\"}"
                      .formatted(finalizer.text()));
        }
      }
    }
  }
}

package dev.wherry.apiserver.validation;

import dev.wherry.apiserver.structural.NameRules;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What environments and files take from their pod (core validation: the downward API). */
final class PodFieldRules {
  private static final List<String> ENVIRONMENT_FIELDS =
      List.of(
          "metadata.name",
          "metadata.namespace",
          "metadata.uid",
          "spec.nodeName",
          "spec.serviceAccountName",
          "status.hostIP",
          "status.hostIPs",
          "status.podIP",
          "status.podIPs");

  /** All that {@code fieldPath} can name. */
  private static final List<String> POD_FIELDS =
      List.of(
          "metadata.annotations",
          "metadata.labels",
          "metadata.name",
          "metadata.namespace",
          "metadata.uid",
          "spec.nodeName",
          "spec.restartPolicy",
          "spec.schedulerName",
          "spec.serviceAccountName",
          "status.hostIP",
          "status.hostIPs",
          "status.phase",
          "status.podIP",
          "status.podIPs");

  private static final List<String> AMOUNTS =
      List.of(
          "limits.cpu",
          "limits.ephemeral-storage",
          "limits.memory",
          "requests.cpu",
          "requests.ephemeral-storage",
          "requests.memory");
  private static final Pattern SUBSCRIPTED = Pattern.compile("(.+?)\\['(.*)'\\]");
  private static final List<String> FILE_FIELDS =
      List.of(
          "metadata.annotations",
          "metadata.labels",
          "metadata.name",
          "metadata.namespace",
          "metadata.uid");

  private PodFieldRules() {}

  static void ofEnvironment(Field field) {
    fieldRef(field, ENVIRONMENT_FIELDS);
  }

  static void ofFile(Field field) {
    fieldRef(field, FILE_FIELDS);
  }

  private static void fieldRef(Field field, List<String> supported) {
    Field path = field.child("fieldPath");
    Field version = field.child("apiVersion");
    // None is v1, which is filled in where an object is read.
    if (version.present() && !version.require()) {
      return;
    }
    if (!path.require()) {
      return;
    }
    Matcher subscripted = SUBSCRIPTED.matcher(path.text());
    if (version.present() && !version.is("v1")) {
      path.invalid("error converting fieldPath: unsupported pod version: " + version.text());
    } else if (subscripted.matches()) {
      subscript(field, subscripted.group(1), subscripted.group(2));
    } else if (!POD_FIELDS.contains(path.text())) {
      path.invalid("error converting fieldPath: field label not supported: " + path.text());
    } else {
      path.oneOf(supported);
    }
  }

  /**
   * An amount of a container.
   *
   * @param named whether it must say of which
   */
  static void resourceField(Field field, boolean named) {
    Field resource = field.child("resource");
    if (named && !field.child("containerName").require()) {
      return;
    }
    boolean huge =
        resource.text().startsWith("limits.hugepages-")
            || resource.text().startsWith("requests.hugepages-");
    if (resource.require() && !huge) {
      resource.oneOf(AMOUNTS);
    }
  }

  private static void subscript(Field field, String of, String key) {
    switch (of) {
      case "metadata.labels" ->
          NameRules.qualified(key).forEach(why -> field.errors().invalid(field.path(), key, why));
      case "metadata.annotations" ->
          NameRules.annotationKey(key)
              .forEach(why -> field.errors().invalid(field.path(), key, why));
      default ->
          field
              .child("fieldPath")
              .invalid(
                  "error converting fieldPath: field label does not support subscript: "
                      + field.child("fieldPath").text());
    }
  }
}

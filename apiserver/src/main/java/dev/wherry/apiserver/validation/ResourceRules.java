package dev.wherry.apiserver.validation;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.wherry.apiserver.structural.NameRules;
import dev.wherry.model.Quantity;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Rules of quantities and resource requirements. */
final class ResourceRules {
  private static final Set<String> STANDARD = Set.of("cpu", "memory", "ephemeral-storage");
  private static final String HUGE = "hugepages-";

  private ResourceRules() {}

  static Optional<Quantity> quantity(Field field) {
    try {
      return Optional.of(Quantity.parse(field.text()));
    } catch (IllegalArgumentException e) {
      field.invalid(
          "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
      return Optional.empty();
    }
  }

  static void nonNegative(Field field) {
    quantity(field)
        .filter(q -> q.signum() < 0)
        .ifPresent(q -> field.invalid("must be greater than or equal to 0"));
  }

  static void requirements(Field resources) {
    Field limits = resources.child("limits");
    Field requests = resources.child("requests");
    for (Field list : List.of(limits, requests)) {
      for (Map.Entry<String, Field> e : list.entries()) {
        resourceName(e);
        nonNegative(e.getValue());
      }
    }
    hugePages(resources);
    for (Map.Entry<String, Field> e : requests.entries()) {
      Field limit = limits.child(e.getKey());
      if (limit.present()) {
        requestWithinLimit(e.getKey(), e.getValue(), limit);
      } else if (!overcommits(e.getKey())) {
        limits
            .errors()
            .required(
                requests.path().replaceFirst("requests$", "limits"),
                "Limit must be set for non overcommitable resources");
      }
    }
  }

  /** Huge pages alone give a pod no class. */
  private static void hugePages(Field resources) {
    boolean huge = false;
    boolean others = false;
    for (String list : List.of("limits", "requests")) {
      for (Map.Entry<String, Field> e : resources.child(list).entries()) {
        huge |= e.getKey().startsWith(HUGE);
        others |= e.getKey().equals("cpu") || e.getKey().equals("memory");
      }
    }
    if (huge && !others) {
      resources.forbidden("HugePages require cpu or memory");
    }
  }

  private static void requestWithinLimit(String name, Field request, Field limit) {
    Optional<Quantity> asked = parse(request);
    Optional<Quantity> max = parse(limit);
    if (asked.isEmpty() || max.isEmpty()) {
      return;
    }
    String path = request.path().substring(0, request.path().lastIndexOf('['));
    if (asked.get().compareTo(max.get()) > 0) {
      request
          .errors()
          .invalid(
              path,
              TextNode.valueOf(request.text()),
              "must be less than or equal to " + name + " limit of " + limit.text());
    } else if (!overcommits(name) && asked.get().compareTo(max.get()) != 0) {
      request
          .errors()
          .invalid(
              path,
              TextNode.valueOf(request.text()),
              "must be equal to " + name + " limit of " + limit.text());
    }
  }

  /** Empty where there is none, or no quantity, which is told elsewhere. */
  static Optional<Quantity> parse(Field field) {
    try {
      return Optional.of(Quantity.parse(field.text()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static boolean overcommits(String name) {
    boolean ours = !name.contains("/") || name.contains("kubernetes.io/");
    return ours && !name.startsWith(HUGE);
  }

  private static void resourceName(Map.Entry<String, Field> e) {
    String name = e.getKey();
    boolean standard = STANDARD.contains(name) || name.startsWith(HUGE);
    resourceName(name, e.getValue(), standard, "must be a standard resource for containers");
  }

  /**
   * A resource's name must be qualified, and one without a group must be known.
   *
   * @param amount what stands under the name
   * @param otherwise said of a name that is neither
   */
  static void resourceName(String name, Field amount, boolean standard, String otherwise) {
    List<String> wrong = NameRules.qualified(name);
    wrong.forEach(why -> amount.errors().invalid(amount.path(), name, why));
    if (wrong.isEmpty() && !standard && !name.contains("/")) {
      amount.errors().invalid(amount.path(), name, otherwise);
    }
  }
}

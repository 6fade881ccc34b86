package dev.wherry.scheduler.device;

import dev.wherry.model.resource.v1.DeviceAttribute;
import dev.wherry.model.resource.v1.DeviceConstraint;
import dev.wherry.scheduler.framework.PluginException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the devices of some requests of a claim must have in common, or must not. What is refused
 * once is refused with more devices too, so a search may stop at it. Of one search.
 */
final class Constraint {
  private final List<String> requests;
  private final String attribute;
  private final boolean distinct;

  /** How many of the devices taken have a value. */
  private final Map<DeviceAttribute, Integer> values = new HashMap<>();

  private Constraint(List<String> requests, String attribute, boolean distinct) {
    this.requests = requests;
    this.attribute = attribute;
    this.distinct = distinct;
  }

  /**
   * @param about the claim and the place in it, for the sentence when it cannot be read
   */
  static Constraint of(DeviceConstraint constraint, String about) {
    boolean distinct = constraint.matchAttribute().isEmpty();
    String attribute = distinct ? constraint.distinctAttribute() : constraint.matchAttribute();
    if (attribute.isEmpty()) {
      throw new PluginException(about + ": empty constraint (unsupported constraint type?)");
    }
    return new Constraint(constraint.requests(), attribute, distinct);
  }

  /** Takes the device in; returns false where it may not come to the others. */
  boolean add(DeviceAsk ask, Candidate candidate) {
    if (!ask.isAmong(requests)) {
      return true;
    }
    DeviceAttribute value = candidate.attribute(attribute);
    if (value == null || !isKnown(value) || (!values.isEmpty() && isWrong(value))) {
      return false;
    }
    values.merge(value, 1, Integer::sum);
    return true;
  }

  private boolean isWrong(DeviceAttribute value) {
    return values.containsKey(value) == distinct;
  }

  private static boolean isKnown(@Nullable DeviceAttribute value) {
    return value != null
        && (value.bool() != null
            || value.intValue() != null
            || !value.string().isEmpty()
            || !value.version().isEmpty());
  }

  /** Undoes an add that succeeded. */
  void remove(DeviceAsk ask, Candidate candidate) {
    DeviceAttribute value = candidate.attribute(attribute);
    if (value != null && ask.isAmong(requests)) {
      values.merge(value, -1, Integer::sum);
      values.remove(value, 0);
    }
  }
}

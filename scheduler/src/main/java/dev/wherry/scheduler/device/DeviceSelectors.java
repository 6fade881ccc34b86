package dev.wherry.scheduler.device;

import dev.wherry.model.resource.v1.CELDeviceSelector;
import dev.wherry.model.resource.v1.DeviceSelector;
import dev.wherry.scheduler.framework.DeviceExpressions;
import dev.wherry.scheduler.framework.PluginException;
import dev.wherry.scheduler.view.DevicePools;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Selectors, each compiled once. Any thread. */
public final class DeviceSelectors {
  /** Compiled expressions that are kept; more of them, and all are compiled anew. */
  private static final int COMPILED_MAX = 256;

  private final DeviceExpressions expressions;
  private final Map<String, DeviceExpressions.Compiled> compiled = new ConcurrentHashMap<>();

  public DeviceSelectors(DeviceExpressions expressions) {
    this.expressions = expressions;
  }

  /**
   * Whether a device meets all selectors.
   *
   * @param owner the class or claim that has them, for the sentence when one fails
   */
  boolean match(
      List<DeviceSelector> selectors, Candidate candidate, DevicePools pools, String owner) {
    for (int i = 0; i < selectors.size(); i++) {
      CELDeviceSelector cel = selectors.get(i).cel();
      String about = owner + ": selector #" + i;
      if (cel == null) {
        throw new PluginException(about + ": CEL expression empty (unsupported selector type?)");
      }
      String expression = cel.expression();
      if (!pools.matches(expression, candidate.id(), id -> ask(expression, candidate, about))) {
        return false;
      }
    }
    return true;
  }

  private boolean ask(String expression, Candidate candidate, String about) {
    DeviceExpressions.Compiled selector = compiled(expression, about);
    try {
      return selector.matches(candidate.id().driver(), candidate.device());
    } catch (DeviceExpressions.Failure e) {
      throw new PluginException(
          "%s on device %s: CEL runtime error: %s"
              .formatted(about, candidate.id(), e.getMessage()));
    }
  }

  private DeviceExpressions.Compiled compiled(String expression, String about) {
    DeviceExpressions.Compiled known = compiled.get(expression);
    if (known != null) {
      return known;
    }
    try {
      DeviceExpressions.Compiled made = expressions.compile(expression);
      if (compiled.size() >= COMPILED_MAX) {
        compiled.clear();
      }
      compiled.put(expression, made);
      return made;
    } catch (DeviceExpressions.Failure e) {
      throw new PluginException(about + ": CEL compile error: " + e.getMessage());
    }
  }
}

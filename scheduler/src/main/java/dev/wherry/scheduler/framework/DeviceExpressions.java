package dev.wherry.scheduler.framework;

import dev.wherry.model.resource.v1.Device;

/** Understands device selectors; given by whoever has the language (CEL). Any thread. */
@FunctionalInterface
public interface DeviceExpressions {
  /** For schedulers that see no devices. */
  DeviceExpressions NONE =
      expression -> {
        throw new Failure("CEL is not known here");
      };

  /**
   * @throws Failure when it is no expression
   */
  Compiled compile(String expression);

  /** One selector, ready to be asked. */
  @FunctionalInterface
  interface Compiled {
    /**
     * @param driver whose device it is, and the domain of attributes without one
     * @throws Failure when the expression has no value for the device
     */
    boolean matches(String driver, Device device);
  }

  /** An expression that cannot be understood, or has no value. */
  final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public Failure(String message) {
      super(message);
    }
  }
}

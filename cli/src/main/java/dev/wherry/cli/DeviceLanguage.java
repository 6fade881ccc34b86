package dev.wherry.cli;

import dev.wherry.apiserver.cel.CelFailure;
import dev.wherry.apiserver.cel.DeviceSelector;
import dev.wherry.scheduler.framework.DeviceExpressions;

/** Device selectors for the scheduler, in the language of the API server. */
final class DeviceLanguage {
  private DeviceLanguage() {}

  static DeviceExpressions.Compiled compile(String expression) {
    try {
      DeviceSelector selector = DeviceSelector.compile(expression);
      return (driver, device) -> {
        try {
          return selector.matches(driver, device);
        } catch (CelFailure e) {
          throw new DeviceExpressions.Failure(e.text());
        }
      };
    } catch (CelFailure e) {
      throw new DeviceExpressions.Failure(e.text());
    }
  }
}

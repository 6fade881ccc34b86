package dev.wherry.runtime.docker;

import dev.wherry.proto.cri.v1.Signal;

/** CRI names real-time signals SIGRTMINPLUS3 where Docker says SIGRTMIN+3. */
final class StopSignals {
  private StopSignals() {}

  static String docker(Signal signal) {
    return signal.name().replace("PLUS", "+").replace("MINUS", "-");
  }

  /** The contract's signal for Docker's text; the default when it has none. */
  static Signal cri(String docker) {
    String name = docker.replace("+", "PLUS").replace("-", "MINUS");
    for (Signal signal : Signal.values()) {
      if (signal.name().equals(name)) {
        return signal;
      }
    }
    return Signal.RUNTIME_DEFAULT;
  }
}

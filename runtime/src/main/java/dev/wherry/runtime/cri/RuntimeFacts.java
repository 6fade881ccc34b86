package dev.wherry.runtime.cri;

import dev.wherry.proto.cri.v1.CgroupDriver;
import dev.wherry.proto.cri.v1.StatusResponse;
import java.util.Optional;

/** Who a runtime is and how it does. */
public interface RuntimeFacts {
  /** Its name, as nodes report it before {@code ://}. */
  String name();

  String version();

  /** Why it cannot work now; empty when it can. */
  Optional<String> problem();

  /** The reason of the condition when there is a problem, one word. */
  String problemReason();

  CgroupDriver cgroupDriver();

  /** Adds its handlers and features. */
  void describe(StatusResponse.Builder status);
}

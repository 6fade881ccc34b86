package dev.wherry.runtime.builtin;

import dev.wherry.proto.cri.v1.CgroupDriver;
import dev.wherry.proto.cri.v1.RuntimeFeatures;
import dev.wherry.proto.cri.v1.RuntimeHandler;
import dev.wherry.proto.cri.v1.RuntimeHandlerFeatures;
import dev.wherry.proto.cri.v1.StatusResponse;
import dev.wherry.runtime.cri.RuntimeFacts;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * What the built-in runtime says of itself.
 *
 * @param recursiveReadOnly whether the OCI runtime can mount so
 * @param userNamespaces whether pods can have users of their own
 */
record BuiltInFacts(
    BuiltInConfig config, BooleanSupplier recursiveReadOnly, BooleanSupplier userNamespaces)
    implements RuntimeFacts {
  @Override
  public String name() {
    return "wherry";
  }

  @Override
  public String version() {
    return config.version();
  }

  @Override
  public Optional<String> problem() {
    return Files.isExecutable(config.runtimeProgram())
        ? Optional.empty()
        : Optional.of(config.runtimeProgram() + " is gone (apt install runc)");
  }

  @Override
  public String problemReason() {
    return "OciRuntimeMissing";
  }

  @Override
  public CgroupDriver cgroupDriver() {
    return config.systemdCgroups() ? CgroupDriver.SYSTEMD : CgroupDriver.CGROUPFS;
  }

  @Override
  public void describe(StatusResponse.Builder status) {
    var features =
        RuntimeHandlerFeatures.newBuilder()
            .setRecursiveReadOnlyMounts(recursiveReadOnly.getAsBoolean())
            .setUserNamespaces(userNamespaces.getAsBoolean());
    for (String name : List.of("", config.runtimeProgram().getFileName().toString())) {
      status.addRuntimeHandlers(RuntimeHandler.newBuilder().setName(name).setFeatures(features));
    }
    status.setFeatures(RuntimeFeatures.newBuilder().setSupplementalGroupsPolicy(true));
  }
}

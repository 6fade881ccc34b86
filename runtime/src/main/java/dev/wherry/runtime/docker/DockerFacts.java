package dev.wherry.runtime.docker;

import com.github.dockerjava.api.DockerClient;
import dev.wherry.proto.cri.v1.CgroupDriver;
import dev.wherry.proto.cri.v1.RuntimeHandler;
import dev.wherry.proto.cri.v1.StatusResponse;
import dev.wherry.runtime.cri.RuntimeFacts;
import java.util.Objects;
import java.util.Optional;

/** What Docker says of itself. */
record DockerFacts(DockerClient docker) implements RuntimeFacts {
  @Override
  public String name() {
    return "docker";
  }

  @Override
  public String version() {
    return Objects.requireNonNullElse(docker.versionCmd().exec().getVersion(), "");
  }

  @Override
  public Optional<String> problem() {
    try {
      docker.pingCmd().exec();
      return Optional.empty();
    } catch (RuntimeException e) {
      return Optional.of("docker: " + CriErrors.text(e));
    }
  }

  @Override
  public String problemReason() {
    return "DockerDaemonNotReady";
  }

  @Override
  public CgroupDriver cgroupDriver() {
    boolean systemd = "systemd".equals(docker.infoCmd().exec().getCGroupDriver());
    return systemd ? CgroupDriver.SYSTEMD : CgroupDriver.CGROUPFS;
  }

  @Override
  public void describe(StatusResponse.Builder status) {
    status.addRuntimeHandlers(RuntimeHandler.newBuilder().setName(""));
  }
}

package dev.wherry.cli;

import dev.wherry.runtime.DockerShim;
import dev.wherry.runtime.DockerShimConfig;
import dev.wherry.runtime.fixture.PodNetwork;
import dev.wherry.runtime.fixture.PrivateDocker;
import dev.wherry.runtime.images.ImageMirror;
import dev.wherry.runtime.images.ImageStore;
import java.nio.file.Path;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.condition.EnabledIf;

/** The shim enters the pod's network itself, and each half of a connection ends alone. */
@EnabledIf("dev.wherry.runtime.fixture.PrivateDocker#isAvailable")
class DockerStreamsTest extends StreamsContract {
  private @Nullable PrivateDocker docker;
  private @Nullable DockerShim shim;

  @Override
  Path startRuntime(Path folder, PodNetwork network, ImageStore images, ImageMirror mirror)
      throws Exception {
    PrivateDocker started = PrivateDocker.start();
    docker = started;
    Path socket = started.socket().resolveSibling("cri.sock");
    shim =
        DockerShim.start(
            new DockerShimConfig(
                started.socket(),
                socket,
                folder.resolve("shim"),
                network.configurationDirectory(),
                DockerShimConfig.CNI_PLUGIN_PATH,
                "streams-test"),
            images,
            mirror,
            InstantSource.system());
    return socket;
  }

  @Override
  void stopRuntime() throws Exception {
    if (shim != null) {
      shim.close();
    }
    if (docker != null) {
      docker.close();
    }
  }

  @Override
  int networkNumber() {
    return 112;
  }

  @Override
  boolean forwardsHalfClosed() {
    return true;
  }
}

package dev.wherry.cli;

import dev.wherry.runtime.fixture.PodNetwork;
import dev.wherry.runtime.fixture.PrivateContainerd;
import dev.wherry.runtime.images.ImageMirror;
import dev.wherry.runtime.images.ImageStore;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.condition.EnabledIf;

/** containerd ends a forwarded connection a second after either side has ended its half. */
@EnabledIf("dev.wherry.runtime.fixture.PrivateContainerd#isAvailable")
class ContainerdStreamsTest extends StreamsContract {
  private @Nullable PrivateContainerd containerd;

  @Override
  Path startRuntime(Path folder, PodNetwork network, ImageStore images, ImageMirror mirror)
      throws Exception {
    PrivateContainerd started =
        PrivateContainerd.start(network.configurationDirectory(), images, mirror);
    containerd = started;
    return started.config().socket();
  }

  @Override
  void stopRuntime() throws Exception {
    if (containerd != null) {
      containerd.close();
    }
  }

  @Override
  int networkNumber() {
    return 111;
  }

  @Override
  boolean forwardsHalfClosed() {
    return false;
  }
}

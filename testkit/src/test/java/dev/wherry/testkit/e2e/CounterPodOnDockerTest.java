package dev.wherry.testkit.e2e;

import dev.wherry.runtime.fixture.PrivateDocker;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;

/** On a Docker that was there before. */
class CounterPodOnDockerTest extends CounterPodContract {
  private PrivateDocker docker;

  @Override
  List<String> flags() {
    return List.of("--runtime=docker", "--node-name=e2e");
  }

  @Override
  Map<String, String> environment() throws Exception {
    docker = PrivateDocker.start();
    return Map.of("DOCKER_HOST", "unix://" + docker.socket());
  }

  @Override
  @AfterAll
  void stop() throws Exception {
    super.stop();
    if (docker != null) {
      docker.close();
    }
  }
}

package dev.wherry.testkit.e2e;

import java.util.List;

/** On a containerd that Wherry starts. */
class CounterPodTest extends CounterPodContract {
  @Override
  List<String> flags() {
    return List.of("--runtime=containerd", "--node-name=e2e");
  }
}

package dev.wherry.testkit.e2e;

import java.util.List;

/** On the built-in runtime: no daemon but a supervisor for each container. */
class CounterPodOnBuiltInTest extends CounterPodContract {
  @Override
  List<String> flags() {
    return List.of("--runtime=builtin", "--node-name=e2e");
  }
}

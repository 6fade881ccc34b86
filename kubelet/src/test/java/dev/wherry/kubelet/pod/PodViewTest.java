package dev.wherry.kubelet.pod;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.wherry.model.core.v1.Container;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.PodSecurityContext;
import dev.wherry.model.core.v1.PodSpec;
import dev.wherry.model.core.v1.SecurityContext;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PodViewTest {
  private static Container container(@Nullable Long user) {
    SecurityContext security = SecurityContext.builder().runAsUser(user).build();
    return Container.builder().name("c").securityContext(security).build();
  }

  private static Optional<Long> onlyUser(
      @Nullable Long ofPod, Container init, Container... containers) {
    PodSpec spec =
        PodSpec.builder()
            .securityContext(PodSecurityContext.builder().runAsUser(ofPod).build())
            .initContainers(List.of(init))
            .containers(List.of(containers))
            .build();
    return PodView.of(Pod.builder().spec(spec).build()).onlyUser();
  }

  @Test
  void onlyUser_allTheSame_isTheirs() {
    assertEquals(Optional.of(7L), onlyUser(7L, container(null), container(null)));
    assertEquals(Optional.of(8L), onlyUser(7L, container(8L), container(8L)));
    assertEquals(Optional.of(8L), onlyUser(null, container(8L), container(8L)));
  }

  @Test
  void onlyUser_oneDiffersOrSaysNothing_isNobody() {
    assertEquals(Optional.empty(), onlyUser(7L, container(null), container(8L)));
    assertEquals(Optional.empty(), onlyUser(null, container(8L), container(null)));
    assertEquals(Optional.empty(), onlyUser(null, container(null), container(null)));
  }
}

package dev.wherry.controllers.workload;

import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.core.v1.PodTemplateSpec;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.meta.v1.ObjectMeta;
import java.util.List;

/** Makes pods of templates (controller_utils GetPodFromTemplate). */
public final class PodFactory {

  private PodFactory() {}

  /** A pod that the owner controls; the server chooses its name after the owner's. */
  public static Pod ofTemplate(PodTemplateSpec template, KubeObject owner) {
    ObjectMeta from = template.metadata();
    ObjectMeta meta =
        ObjectMeta.builder()
            .namespace(owner.metadata().namespace())
            .generateName(prefix(owner.metadata().name()))
            .labels(from.labels())
            .annotations(from.annotations())
            .finalizers(from.finalizers())
            .ownerReferences(List.of(Owners.reference(owner)))
            .build();
    return Pod.builder().metadata(meta).spec(template.spec()).build();
  }

  /** {@code NAME-}; the server cuts what is too long. */
  public static String prefix(String ownerName) {
    return ownerName + "-";
  }
}

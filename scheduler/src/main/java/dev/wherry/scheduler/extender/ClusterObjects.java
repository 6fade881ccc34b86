package dev.wherry.scheduler.extender;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.scheduler.view.PodKey;
import java.util.Optional;

/** Pods and nodes as the API shows them; extenders get them whole. Any thread. */
public interface ClusterObjects {
  Optional<ObjectNode> pod(PodKey key);

  Optional<ObjectNode> node(String name);
}

package dev.wherry.apiserver.fieldmanager;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.kind.KindInfo;
import java.util.Optional;

/** Objects in the other versions in which managers own fields. */
public interface VersionReader {
  /** The kind in another version; empty when it is not served. */
  Optional<KindInfo> kind(KindInfo kind, String apiVersion);

  /** The object in another version; the given one is not changed. */
  ObjectNode convert(KindInfo from, KindInfo to, ObjectNode object);
}

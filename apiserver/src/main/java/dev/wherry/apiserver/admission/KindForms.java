package dev.wherry.apiserver.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.structural.Structural;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.merge.MergeType;
import java.util.List;
import java.util.Optional;

/** The forms that objects of a kind may have. */
public interface KindForms {
  /** The same objects in their other served versions and groups. */
  List<KindInfo> equivalents(KindInfo kind);

  /** The kind of what is sent to a subresource; the resource's own kind for "". */
  KindInfo body(KindInfo kind, String subresource);

  /** All kinds of a resource that are served. */
  List<KindInfo> served(String group, String version, String plural);

  /** The kind by its name; empty list when nobody serves it. */
  List<KindInfo> named(String apiVersion, String kind);

  /** An object in another version; the given one is not changed. */
  ObjectNode convert(KindInfo from, KindInfo to, ObjectNode object);

  /** A stored object in a served version; the given one is not changed. */
  ObjectNode fromStored(KindInfo kind, ObjectNode stored);

  /** How objects of a kind merge. */
  MergeType mergeType(KindInfo kind);

  /** The schema of a kind's objects; empty when there is none. */
  Optional<Structural> schema(KindInfo kind);

  /**
   * An object that somebody has changed, without what its kind does not know and with its defaults.
   *
   * @throws DecodeException when it is no object of the kind any more
   */
  ObjectNode shaped(KindInfo kind, ObjectNode changed);
}

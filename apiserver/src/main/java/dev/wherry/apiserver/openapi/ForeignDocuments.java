package dev.wherry.apiserver.openapi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/** The documents of other servers, to be shown among our own. */
public interface ForeignDocuments {
  /** No other servers. */
  ForeignDocuments NONE =
      new ForeignDocuments() {
        @Override
        public long generation() {
          return 0;
        }

        @Override
        public Map<String, Document> v3() {
          return Map.of();
        }

        @Override
        public List<ObjectNode> v2() {
          return List.of();
        }
      };

  /** Changes whenever the others would answer differently. */
  long generation();

  /**
   * A v3 document.
   *
   * @param hash differs whenever the document does
   */
  record Document(String hash, byte[] json) {}

  /** By name: {@code apis/GROUP/VERSION}. */
  Map<String, Document> v3();

  /** Paths and definitions of v2. */
  List<ObjectNode> v2();
}

package dev.wherry.apiserver.openapi;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.kind.KindInfo;

/** What OpenAPI has to know of custom resources. */
public interface CustomSchemas {
  /** No custom resources at all. */
  CustomSchemas NONE =
      new CustomSchemas() {
        @Override
        public JsonNode schema(KindInfo kind) {
          return com.fasterxml.jackson.databind.node.MissingNode.getInstance();
        }

        @Override
        public String listKind(KindInfo kind) {
          return kind.kind() + "List";
        }
      };

  /** The schema of a kind's objects as it was declared; missing where there is none. */
  JsonNode schema(KindInfo kind);

  /** The kind of a list of objects. */
  String listKind(KindInfo kind);
}

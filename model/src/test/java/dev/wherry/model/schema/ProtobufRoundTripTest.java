package dev.wherry.model.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.BuiltinKinds;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.kind.ResourceInfo;
import io.kubernetes.client.proto.Meta;
import io.kubernetes.client.proto.Runtime;
import io.kubernetes.client.proto.V1;
import io.kubernetes.client.proto.V1Admissionregistration;
import io.kubernetes.client.proto.V1Apiextensions;
import io.kubernetes.client.proto.V1Apps;
import io.kubernetes.client.proto.V1Authentication;
import io.kubernetes.client.proto.V1Authorization;
import io.kubernetes.client.proto.V1Autoscaling;
import io.kubernetes.client.proto.V1Batch;
import io.kubernetes.client.proto.V1Certificates;
import io.kubernetes.client.proto.V1Coordination;
import io.kubernetes.client.proto.V1Discovery;
import io.kubernetes.client.proto.V1Events;
import io.kubernetes.client.proto.V1Flowcontrol;
import io.kubernetes.client.proto.V1Networking;
import io.kubernetes.client.proto.V1Node;
import io.kubernetes.client.proto.V1Policy;
import io.kubernetes.client.proto.V1Rbac;
import io.kubernetes.client.proto.V1Resource;
import io.kubernetes.client.proto.V1Scheduling;
import io.kubernetes.client.proto.V1Storage;
import io.kubernetes.client.proto.V2Autoscaling;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Every message there is, through our encoder, the published descriptors and our decoder. */
class ProtobufRoundTripTest {
  private static final int DEPTH_MAX = 7;
  private static final List<FileDescriptor> FILES =
      List.of(
          V1.getDescriptor(),
          V1Admissionregistration.getDescriptor(),
          V1Apiextensions.getDescriptor(),
          V1Apps.getDescriptor(),
          V1Authentication.getDescriptor(),
          V1Authorization.getDescriptor(),
          V1Autoscaling.getDescriptor(),
          V2Autoscaling.getDescriptor(),
          V1Batch.getDescriptor(),
          V1Certificates.getDescriptor(),
          V1Coordination.getDescriptor(),
          V1Discovery.getDescriptor(),
          V1Events.getDescriptor(),
          V1Flowcontrol.getDescriptor(),
          V1Networking.getDescriptor(),
          V1Node.getDescriptor(),
          V1Policy.getDescriptor(),
          V1Rbac.getDescriptor(),
          V1Resource.getDescriptor(),
          V1Scheduling.getDescriptor(),
          V1Storage.getDescriptor(),
          Meta.getDescriptor());

  private final Schema schema = Schema.builtin();
  private final Set<String> reached = new HashSet<>();

  /** An object with every field set, until its type comes around again. */
  private ObjectNode full(ObjectType type, List<String> above) {
    ObjectNode object = Json.object();
    reached.add(type.name());
    for (FieldInfo field : type.fields().values()) {
      boolean union = ProtobufUnions.isUnion(type, field);
      if (field.protoPath().isEmpty() || (union && above.contains(type.name()))) {
        continue;
      }
      JsonNode value =
          union ? union(type, field, above) : value(field.type(), append(above, type.name()));
      if (!value.isMissingNode()) {
        object.set(field.name(), value);
      }
    }
    return object;
  }

  private JsonNode union(ObjectType type, FieldInfo field, List<String> above) {
    ObjectNode nested = full(type, append(above, type.name()));
    return switch (field.name()) {
      case "items" -> Json.array().add(nested).add(nested);
      case "dependencies" -> {
        ObjectNode map = Json.object();
        map.set("a", nested);
        map.set("b", Json.array().add("x").add("y"));
        yield map;
      }
      case "additionalItems" -> Json.parse("true");
      default -> nested;
    };
  }

  private static List<String> append(List<String> above, String name) {
    List<String> all = new java.util.ArrayList<>(above);
    all.add(name);
    return all;
  }

  private JsonNode value(FieldType type, List<String> above) {
    return switch (type) {
      case FieldType.Scalar scalar ->
          switch (scalar) {
            case STRING -> Json.text("t");
            case INT32 -> IntNode.valueOf(-7);
            case INT64 -> Json.parse("-5000000000");
            case DOUBLE -> Json.parse("1.5");
            case BOOLEAN -> Json.parse("true");
            case BYTES -> Json.text("AQI=");
            case TIME -> Json.text("2026-11-21T07:00:00Z");
            case MICRO_TIME -> Json.text("2026-11-21T07:00:00.123456Z");
            case QUANTITY -> Json.text("1500m");
            case INT_OR_STRING -> Json.text("50%");
            case JSON -> Json.parse("{\"a\":[1,null,{}]}");
          };
      case FieldType.Ref(String name) ->
          above.size() > DEPTH_MAX || above.contains(name)
              ? com.fasterxml.jackson.databind.node.MissingNode.getInstance()
              : full(schema.type(name).orElseThrow(), above);
      case FieldType.ListOf(FieldType item) -> {
        JsonNode one = value(item, above);
        yield one.isMissingNode() ? one : Json.array().add(one).add(one.deepCopy());
      }
      case FieldType.MapOf(FieldType item) -> {
        JsonNode one = value(item, above);
        yield one.isMissingNode() ? one : Json.object().set("k", one);
      }
    };
  }

  private static Map<String, Descriptor> descriptors() {
    Map<String, Descriptor> all = new HashMap<>();
    FILES.forEach(f -> f.getMessageTypes().forEach(m -> all.put(m.getFullName(), m)));
    return all;
  }

  private static void assertKnown(Message message, String path) {
    assertTrue(message.getUnknownFields().asMap().isEmpty(), "unknown field in " + path);
    message
        .getAllFields()
        .forEach((field, value) -> {
          Iterable<?> all = value instanceof List<?> list ? list : List.of(value);
          for (Object one : all) {
            if (one instanceof Message nested) {
              assertKnown(nested, path + "." + field.getName());
            }
          }
        });
  }

  private void roundTrip(ObjectType type, ObjectNode object, Map<String, Descriptor> published)
      throws Exception {
    byte[] body = ProtobufEncoder.encode(type, object);
    Runtime.Unknown envelope =
        Runtime.Unknown.parseFrom(
            com.google.protobuf.ByteString.copyFrom(body, 4, body.length - 4));
    Descriptor descriptor = published.get(type.protoName());
    if (descriptor != null) {
      DynamicMessage message = DynamicMessage.parseFrom(descriptor, envelope.getRaw());
      assertKnown(message, type.name());
      // What the published classes write is read the same as what we wrote.
      Runtime.Unknown again = envelope.toBuilder().setRaw(message.toByteString()).build();
      byte[] theirs = new byte[again.getSerializedSize() + 4];
      System.arraycopy(body, 0, theirs, 0, 4);
      System.arraycopy(again.toByteArray(), 0, theirs, 4, theirs.length - 4);
      assertEquals(object, Protobuf.decode(theirs), type.name());
    }
    assertEquals(object, Protobuf.decode(body), type.name());
  }

  @Test
  void roundTrip_everyKindWithEveryField_comesBack() throws Exception {
    Map<String, Descriptor> published = descriptors();
    Set<KindInfo> kinds = new HashSet<>();
    for (ResourceInfo info : BuiltinKinds.all()) {
      kinds.add(info.kind());
      info.subresources().forEach(sub -> kinds.add(sub.body()));
    }
    int compared = 0;
    for (KindInfo kind : kinds) {
      ObjectType type = schema.ofKind(kind).filter(ProtobufEncoder::has).orElse(null);
      if (type == null) {
        boolean known = kind.group().equals("apiregistration.k8s.io");
        assertTrue(known || kind.kind().endsWith("Options"), kind.toString());
        continue;
      }
      ObjectNode object = full(type, List.of());
      object.put("apiVersion", kind.apiVersion()).put("kind", kind.kind());
      roundTrip(type, object, published);
      compared++;
    }
    assertTrue(compared > 60, "kinds " + compared);
    assertTrue(reached.size() > 480, "types " + reached.size());
  }

  @Test
  void roundTrip_optionsAndStatus_comeBack() throws Exception {
    for (String name : List.of("DeleteOptions", "Status")) {
      ObjectType type = schema.type("meta.v1." + name).orElseThrow();
      ObjectNode object = full(type, List.of());
      object.put("apiVersion", "v1").put("kind", name);
      roundTrip(type, object, descriptors());
    }
  }

  @Test
  void roundTrip_list_comesBack() throws Exception {
    ObjectType type = schema.type("core.v1.ConfigMapList").orElseThrow();
    ObjectNode list = full(type, List.of());
    list.put("apiVersion", "v1").put("kind", "ConfigMapList");
    list.path("items").forEach(item -> ((ObjectNode) item).remove(List.of("kind", "apiVersion")));
    roundTrip(type, list, descriptors());
  }
}

package dev.wherry.model.kind;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * A kind and the codec of its records. One constant per record: {@code Pod.KIND}.
 *
 * @param <T> the record
 */
public final class Kind<T extends KubeObject> {
  private final KindInfo info;
  private final Class<T> type;
  private final Reader<T> reader;
  private final Writer<T> writer;

  /** Reads a record; the parser stands on the object's first token. */
  @FunctionalInterface
  public interface Reader<T> {
    T read(JsonParser parser) throws IOException;
  }

  /** Writes a record as one JSON object. */
  @FunctionalInterface
  public interface Writer<T> {
    void write(T value, JsonGenerator generator) throws IOException;
  }

  public Kind(KindInfo info, Class<T> type, Reader<T> reader, Writer<T> writer) {
    this.info = info;
    this.type = type;
    this.reader = reader;
    this.writer = writer;
  }

  public KindInfo info() {
    return info;
  }

  public Class<T> type() {
    return type;
  }

  /**
   * @throws DecodeException when the bytes are no JSON object of this shape
   */
  public T decode(byte[] json) {
    try (JsonParser parser = Json.FACTORY.createParser(json)) {
      parser.nextToken();
      return reader.read(parser);
    } catch (IOException e) {
      throw new DecodeException(info.kind() + ": " + e.getMessage(), e);
    }
  }

  /**
   * @throws DecodeException when the tree has not this shape
   */
  public T decode(JsonNode tree) {
    return decode(Json.write(tree));
  }

  public byte[] encode(T value) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (JsonGenerator generator = Json.FACTORY.createGenerator(bytes)) {
      writer.write(value, generator);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  public ObjectNode toJson(T value) {
    return (ObjectNode) Json.parse(encode(value));
  }

  @Override
  public String toString() {
    return info.apiVersion() + " " + info.kind();
  }
}

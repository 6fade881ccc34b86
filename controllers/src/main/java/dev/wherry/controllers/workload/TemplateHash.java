package dev.wherry.controllers.workload;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.wherry.model.core.v1.PodTemplateSpec;
import dev.wherry.model.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The short name of a template's content: FNV-1a over its canonical JSON, written in letters that
 * spell no words (controller_utils ComputeHash, apimachinery rand.SafeEncodeString). Upstream
 * hashes Go's memory, so its texts differ from ours; nothing depends on them.
 */
public final class TemplateHash {
  private static final String ALPHABET = "bcdfghjklmnpqrstvwxz2456789";
  private static final int FNV_OFFSET = 0x811c9dc5;
  private static final int FNV_PRIME = 0x01000193;

  private TemplateHash() {}

  /**
   * @param collisions how often a hash of this owner met another template's; null for never
   */
  public static String of(PodTemplateSpec template, @Nullable Integer collisions) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1_024);
    try (JsonGenerator generator = Json.FACTORY.createGenerator(bytes)) {
      template.write(generator);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return of(bytes.toByteArray(), collisions);
  }

  /** The same of any bytes. */
  public static String of(byte[] content, @Nullable Integer collisions) {
    int hash = mix(FNV_OFFSET, content);
    if (collisions != null) {
      hash = mix(hash, ("#" + collisions).getBytes(StandardCharsets.UTF_8));
    }
    return encode(Integer.toUnsignedString(hash));
  }

  private static int mix(int start, byte[] content) {
    int hash = start;
    for (byte one : content) {
      hash = (hash ^ (one & 0xff)) * FNV_PRIME;
    }
    return hash;
  }

  private static String encode(String digits) {
    StringBuilder text = new StringBuilder();
    for (char digit : digits.toCharArray()) {
      text.append(ALPHABET.charAt(digit % ALPHABET.length()));
    }
    return text.toString();
  }
}

package dev.wherry.model.schema;

import java.util.List;

/**
 * One field of a type.
 *
 * @param name JSON name
 * @param protoPath protobuf field numbers from the outside in: more than one where JSON inlines a
 *     nested message; empty when the field is not published in protobuf
 * @param defaultJson declared default as JSON text, "" for none
 * @param enumeration allowed values, empty when free
 * @param patchStrategy {@code merge}, {@code replace}, {@code retainKeys}, or several with commas;
 *     "" for none
 * @param mergeKey key of list elements in strategic merge, "" for none
 * @param listType {@code atomic}, {@code set}, {@code map} or ""
 * @param listMapKeys keys of a list of type map
 * @param structType {@code atomic}, {@code granular} or "", of a map or object
 */
public record FieldInfo(
    String name,
    FieldType type,
    boolean required,
    List<Integer> protoPath,
    String defaultJson,
    List<String> enumeration,
    String patchStrategy,
    String mergeKey,
    String listType,
    List<String> listMapKeys,
    String structType) {}

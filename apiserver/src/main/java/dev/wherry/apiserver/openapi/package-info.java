/**
 * OpenAPI v3 (an index and one document per group-version) and v2 (one document, in JSON and in
 * protobuf), generated from the schema and the catalog when first asked for. kubectl explains,
 * validates and merges by them.
 *
 * <p>Documents are streamed into gzip and only the compressed bytes are kept, softly. Safe on any
 * thread. Imported by the API server's routes.
 */
@NullMarked
package dev.wherry.apiserver.openapi;

import org.jspecify.annotations.NullMarked;

/**
 * Server-side printing: the {@code Table} form of lists, objects and watch events that kubectl asks
 * for.
 *
 * <p>Columns, priorities and cell texts are upstream's
 * (kubernetes/pkg/printers/internalversion/printers.go), computed from the JSON tree. Pure, no
 * owner thread; time comes from the caller. Imported by the API server's response path.
 */
@NullMarked
package dev.wherry.apiserver.table;

import org.jspecify.annotations.NullMarked;

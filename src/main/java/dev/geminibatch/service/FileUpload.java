package dev.geminibatch.service;

/**
 * A file to be uploaded.
 *
 * @param name {@code files/<id>}, chosen by us so that a lost answer can be looked up; the id has
 *     at most 40 of {@code a-z 0-9 -} and no dash at its ends
 * @param displayName what a person sees in a listing, any Unicode
 */
public record FileUpload(Content content, String name, String displayName, String mimeType) {}

/** Kubernetes replaces `$(NAME)` and makes one dollar of two in what it hands to a container; doubling keeps text as it is. */
export const literally = (text: string): string => text.replaceAll('$', '$$$$');

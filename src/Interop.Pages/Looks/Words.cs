namespace Interop.Pages.Looks;

/// <summary>The pages' texts: the English sentence is the key, another language stands in <c>Words.LANGUAGE.resx</c>.</summary>
public sealed class Words;

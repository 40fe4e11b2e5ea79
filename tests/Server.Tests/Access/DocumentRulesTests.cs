using System.Text.Json;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Access;

public sealed class DocumentRulesTests
{
    [Theory]
    [InlineData("""{"a":"read"}""", "a", AccessLevel.Read)]
    [InlineData("""{"a":"read"}""", "ab", AccessLevel.None)]
    [InlineData("""{"a":"read"}""", "A", AccessLevel.None)]
    [InlineData("""{"*":"read"}""", "anything", AccessLevel.Read)]
    [InlineData("""{"a*":"read"}""", "a", AccessLevel.Read)]
    [InlineData("""{"a*":"read"}""", "ab", AccessLevel.Read)]
    [InlineData("""{"a*":"read"}""", "ba", AccessLevel.None)]
    [InlineData("""{"*":"write","notes/*":"read"}""", "notes/1", AccessLevel.Read)]
    [InlineData("""{"notes/*":"read","*":"write"}""", "notes/1", AccessLevel.Read)]
    [InlineData("""{"notes/*":"read","notes/ada/*":"write"}""", "notes/ada/1", AccessLevel.Write)]
    [InlineData("""{"notes/*":"read","notes/ada/*":"write"}""", "notes/bob/1", AccessLevel.Read)]
    [InlineData("""{"ab*":"write","ab":"read"}""", "ab", AccessLevel.Read)]
    [InlineData("""{"ab":"read","ab*":"write"}""", "abc", AccessLevel.Write)]
    [InlineData("""{"a*b":"write"}""", "axb", AccessLevel.None)]
    [InlineData("""{"a*b":"write"}""", "a*b", AccessLevel.Write)]
    [InlineData("""{"a**":"write"}""", "a*b", AccessLevel.Write)]
    [InlineData("""{"a**":"write"}""", "ab", AccessLevel.None)]
    [InlineData("""{"":"write"}""", "a", AccessLevel.None)]
    [InlineData("""{"\u00e4":"write"}""", "ä", AccessLevel.Write)]
    [InlineData("""{"\u00e4":"write"}""", "a\u0308", AccessLevel.None)]
    [InlineData("{}", "a", AccessLevel.None)]
    public void The_longest_match_wins_and_without_one_nothing_is_allowed(string claim, string document, object level)
    {
        using var read = JsonDocument.Parse(claim);
        Assert.Equal((AccessLevel)level, DocumentRules.TryRead(read.RootElement)!.To(DocumentName.Create(document)));
    }
}

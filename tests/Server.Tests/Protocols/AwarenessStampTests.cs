using System.Text;
using Relay.Access;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Protocols;

public sealed class AwarenessStampTests
{
    [Theory]
    [InlineData("{}", """{"user":{"id":"ada","name":"Ada"}}""")]
    [InlineData("""{"user":{"name":"Bob","color":"#f00"}}""", """{"user":{"color":"#f00","id":"ada","name":"Ada"}}""")]
    [InlineData("""{"cursor":{"anchor":[1,2.50,"\u00e4\ud800"]},"user":{"id":"bob"},"x":null}""",
        """{"cursor":{"anchor":[1,2.50,"\u00e4\ud800"]},"x":null,"user":{"id":"ada","name":"Ada"}}""")]
    [InlineData("""{"user":"Bob"}""", """{"user":{"id":"ada","name":"Ada"}}""")]
    [InlineData("""{"user":[{"name":"Bob"}]}""", """{"user":{"id":"ada","name":"Ada"}}""")]
    [InlineData("""{"user":null,"a":1}""", """{"a":1,"user":{"id":"ada","name":"Ada"}}""")]
    [InlineData("""{"\u0075ser":{"n\u0061me":"Bob"}}""", """{"user":{"id":"ada","name":"Ada"}}""")]
    [InlineData("""{"user":{"a":1},"user":{"b":2,"name":"Bob","id":3}}""",
        """{"user":{"b":2,"id":"ada","name":"Ada"}}""")]
    [InlineData("""{"user":{"a":1},"user":"Bob"}""", """{"user":{"id":"ada","name":"Ada"}}""")]
    [InlineData(""" { "a" : 1 , "user" : { "color" : "red" , "name" : "Bob" } } """,
        """{"a" : 1,"user":{"color" : "red","id":"ada","name":"Ada"}}""")]
    [InlineData("""{"User":{"name":"Bob"},"nested":{"user":{"name":"Bob"}}}""",
        """{"User":{"name":"Bob"},"nested":{"user":{"name":"Bob"}},"user":{"id":"ada","name":"Ada"}}""")]
    [InlineData("""{"\ud800":1}""", """{"\ud800":1,"user":{"id":"ada","name":"Ada"}}""")]
    [InlineData("null", "null")]
    [InlineData("7", "7")]
    [InlineData("[{}]", "[{}]")]
    [InlineData("\"user\"", "\"user\"")]
    public void The_token_says_who_it_is_and_everything_else_stays(string state, string stamped) =>
        Assert.Equal(stamped, Stamp(state, "ada", "Ada"));

    [Fact]
    public void A_name_is_written_so_that_it_stays_one() =>
        Assert.Equal("""{"user":{"id":"\u0022},\u0022x\u0022:{\u0022","name":"\u0022},\u0022x\u0022:{\u0022"}}""",
            Stamp("{}", "\"},\"x\":{\"", null));

    [Fact]
    public void A_token_without_a_user_gives_no_client_a_name() =>
        Assert.Equal("""{"user":{"color":"red"}}""",
            Stamp("""{"user":{"id":1,"color":"red","name":"Bob"}}""", null, null));

    [Fact]
    public void The_deepest_state_that_is_let_through_is_stamped()
    {
        var deep = "{\"user\":{\"a\":" + new string('[', 254) + new string(']', 254) + "}}";
        Assert.True(
            AwarenessUpdate.TryDecode(AwarenessUpdate.Encode([new AwarenessEntry(1, 1, Encoding.UTF8.GetBytes(deep))]),
                1, out _, out _));
        Assert.Equal(deep[..^2] + ""","id":"ada","name":"ada"}}""", Stamp(deep, "ada", null));
    }

    private static string Stamp(string state, string? id, string? name)
    {
        var stamp = new AwarenessStamp(new Grant(_ => AccessLevel.Read) { UserId = id, UserName = name });
        return Encoding.UTF8.GetString(stamp.Stamp(new AwarenessEntry(1, 1, Encoding.UTF8.GetBytes(state))).State.Span);
    }
}

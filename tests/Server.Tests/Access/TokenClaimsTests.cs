using System.Text.Json;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Access;

public sealed class TokenClaimsTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("""{"documents":{}}""", "exp")]
    [InlineData("""{"exp":"tomorrow secret"}""", "exp")]
    [InlineData("""{"exp":true}""", "exp")]
    [InlineData("""{"exp":null}""", "exp")]
    [InlineData("""{"exp":[4000000000]}""", "exp")]
    [InlineData("""{"exp":4000000000,"nbf":"secret"}""", "nbf")]
    [InlineData("""{"exp":4000000000,"sub":7}""", "sub")]
    [InlineData("""{"exp":4000000000,"sub":null}""", "sub")]
    [InlineData("""{"exp":4000000000,"sub":"\ud800"}""", "sub")]
    [InlineData("""{"exp":4000000000,"name":["secret"]}""", "name")]
    [InlineData("""{"exp":4000000000,"admin":"true"}""", "admin")]
    [InlineData("""{"exp":4000000000,"admin":1}""", "admin")]
    [InlineData("""{"exp":4000000000,"admin":null}""", "admin")]
    [InlineData("""{"exp":4000000000,"documents":"secret"}""", "documents")]
    [InlineData("""{"exp":4000000000,"documents":["secret"]}""", "documents")]
    [InlineData("""{"exp":4000000000,"documents":null}""", "documents")]
    [InlineData("""{"exp":4000000000,"documents":{"secret":"Write"}}""", "documents")]
    [InlineData("""{"exp":4000000000,"documents":{"secret":"admin"}}""", "documents")]
    [InlineData("""{"exp":4000000000,"documents":{"secret":true}}""", "documents")]
    [InlineData("""{"exp":4000000000,"documents":{"secret":["read","write"]}}""", "documents")]
    [InlineData("""{"exp":4000000000,"documents":{"a":"read","secret":null}}""", "documents")]
    [InlineData("""{"exp":4000000000,"documents":{"\ud800":"read"}}""", "documents")]
    public void A_claim_of_a_wrong_shape_is_refused_by_its_name_and_never_repeated(string claims, string name)
    {
        var verdict = Read(claims);
        Assert.False(verdict.IsAccepted);
        Assert.Contains($"claim {name}", verdict.Refusal, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", verdict.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void What_may_be_left_out_gives_nothing()
    {
        var grant = Read("""{"exp":4000000000}""").Grant!;
        Assert.Equal((null, null, false), (grant.UserId, grant.UserName, grant.IsAdmin));
        Assert.Equal(AccessLevel.None, grant.To(DocumentName.Create("a")));
        Assert.False(Read("""{"exp":4000000000,"admin":false}""").Grant!.IsAdmin);
    }

    [Fact]
    public void Administrators_may_not_read_documents_without_being_allowed_to() =>
        Assert.Equal(AccessLevel.None, Read("""{"exp":4000000000,"admin":true}""").Grant!.To(DocumentName.Create("a")));

    [Theory]
    [InlineData("1e300", true)]
    [InlineData("253402300800", true)]
    [InlineData("1e400", true)]
    [InlineData("4000000000.75", true)]
    [InlineData("-1e300", false)]
    [InlineData("0", false)]
    [InlineData("-5", false)]
    public void Times_outside_of_the_calendar_are_its_ends(string exp, bool accepted) =>
        Assert.Equal(accepted, Read($$"""{"exp":{{exp}}}""").IsAccepted);

    private static TokenVerdict Read(string claims)
    {
        using var document = JsonDocument.Parse(claims);
        return TokenClaims.Read(document.RootElement, null, null, Now);
    }
}

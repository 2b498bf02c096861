using Interop.Fhir.Validation;
using Xunit;

namespace Interop.Fhir.Tests.Validation;

/// <summary>htmlChecks(): https://hl7.org/fhir/R4/narrative.html#xhtml.</summary>
public sealed class NarrativeTests
{
    private const string Start = "<div xmlns=\"http://www.w3.org/1999/xhtml\">";

    [Theory]
    [InlineData("text")]
    [InlineData("<p>text<br/>&amp; &#160; &#x2014;</p>")]
    [InlineData("<!-- note --> <p class='c' title=\"t\">a</p>")]
    [InlineData("<a href=\"https://example.org/a:b\">a</a> <a href='#x'>b</a> <a href=\"Patient/1\">c</a> <a name=\"x\">d</a>")]
    [InlineData("<img src=\"data:image/png;base64,AAAA\" alt=\"a\"/>")]
    [InlineData("<img src=\"#pic1\"/>")]
    [InlineData(
        "<table border=\"1\"><tbody><tr><td colspan=\"2\" style=\"background: url(data: "
            + "image/png;base64,AAAA)\">a</td></tr></tbody></table>")]
    public void What_shows_something_is_allowed(string inside) => Assert.Null(Narrative.Fault(Start + inside + "</div>"));

    [Theory]
    [InlineData("", "text or an image")]
    [InlineData(" \n <p/> ", "text or an image")]
    [InlineData("a<script>alert(1)</script>", "may not use")]
    [InlineData("a<SCRIPT/>", "may not use")]
    [InlineData("a<iframe src=\"https://example.org\"/>", "may not use")]
    [InlineData("a<object data=\"x\"/>", "may not use")]
    [InlineData("a<form action=\"x\"/>", "may not use")]
    [InlineData("a<svg/>", "may not use")]
    [InlineData("a<style>p{}</style>", "may not use")]
    [InlineData("a<link href=\"x\"/>", "may not use")]
    [InlineData("a<x:script xmlns:x=\"http://www.w3.org/1999/xhtml\"/>", "may not use")]
    [InlineData("<p onclick=\"x()\">a</p>", "event handler")]
    [InlineData("<p OnClick=\"x()\">a</p>", "may not use")]
    [InlineData("<p data-x=\"1\">a</p>", "may not use")]
    [InlineData("<a href=\"javascript:x()\">a</a>", "address")]
    [InlineData("<a href=\" java&#10;script:x()\">a</a>", "address")]
    [InlineData("<a href=\"&#106;avascript:x()\">a</a>", "address")]
    [InlineData("<a href=\"data:text/html,x\">a</a>", "address")]
    [InlineData("<img src=\"data:image/svg+xml,x\"/>", "address")]
    [InlineData("<p style=\"width: expression(x())\">a</p>", "style")]
    [InlineData("<p style=\"width: exp/**/ression(x())\">a</p>", "style")]
    [InlineData("<p style=\"background: url('javascript:x()')\">a</p>", "style")]
    [InlineData("<p style=\"\\65xpression(x())\">a</p>", "style")]
    [InlineData("<p>a", "nested")]
    [InlineData("<p>a</b>", "nested")]
    [InlineData("<p class=c>a</p>", "quotes")]
    [InlineData("<p class>a</p>", "malformed")]
    [InlineData("a &nbsp; b", "entity")]
    [InlineData("a & b", "entity")]
    [InlineData("<!DOCTYPE html>a", "declarations")]
    [InlineData("<?php x?>a", "declarations")]
    [InlineData("<![CDATA[a]]>", "declarations")]
    [InlineData("<!-- a", "comment")]
    [InlineData("<p xmlns=\"http://www.w3.org/2000/svg\">a</p>", "namespace")]
    public void What_acts_or_is_malformed_is_refused(string inside, string reason) =>
        Assert.Contains(reason, Narrative.Fault(Start + inside + "</div>"), StringComparison.Ordinal);

    [Theory]
    [InlineData("text")]
    [InlineData("<div>text</div>")]
    [InlineData("<div xmlns=\"http://www.w3.org/1999/XHTML\">text</div>")]
    [InlineData("<p xmlns=\"http://www.w3.org/1999/xhtml\">text</p>")]
    [InlineData(Start + "a</div><div>b</div>")]
    [InlineData(Start + "a")]
    [InlineData("")]
    [InlineData("<div")]
    [InlineData("<div ")]
    [InlineData("<div xmlns=\"http://www.w3.org/1999/xhtml\"/>")]
    public void It_is_one_div_of_XHTML(string text) => Assert.NotNull(Narrative.Fault(text));

    [Fact]
    public void Nesting_is_bounded() =>
        Assert.Contains("deeply", Narrative.Fault(Start + string.Concat(Enumerable.Repeat("<b>", 10_000))), StringComparison.Ordinal);

    [Fact]
    public void The_reason_holds_nothing_of_the_text() =>
        Assert.All(["<Ada/>", "<p Ada=\"1\"/>", "&Ada;", "<a href=\"Ada:Lovelace\"/>"], inside =>
            Assert.DoesNotContain("Ada", Narrative.Fault(Start + inside + "</div>"), StringComparison.Ordinal));

    [Fact]
    public void Damaged_text_is_survived()
    {
        var whole = Start + "<p class=\"c\">a &amp; b<!-- c --><a href=\"https://example.org\">d</a></p></div>";
        var random = new Random(7);
        for (var round = 0; round < 20_000; round++)
        {
            var letters = whole.ToCharArray();
            for (var i = random.Next(1, 5); i > 0; i--)
            {
                letters[random.Next(letters.Length)] = "<>&;\"'/!-= a#x:"[random.Next(15)];
            }

            _ = Narrative.Fault(new string(letters)[..random.Next(letters.Length + 1)]);
        }
    }
}

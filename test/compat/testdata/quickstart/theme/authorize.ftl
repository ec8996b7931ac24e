[#ftl/]
[#-- kept to the byte, \ and "quotes" too --]
<p>${theme.message("title")}</p>
